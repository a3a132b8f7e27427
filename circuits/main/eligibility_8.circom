// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "../eligibility.circom";

// 8 openings for up to 16 clauses. Public signals, in this order:
component main {
    public [registryRoot, criteriaHash, purposes, referenceTime, studyId, nullifier, recordTag, context]
} = Eligibility(8, 16, 32);
