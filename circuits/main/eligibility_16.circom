// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "../eligibility.circom";

// 16 openings for up to 32 clauses. Public signals, in this order:
component main {
    public [registryRoot, criteriaHash, purposes, referenceTime, studyId, nullifier, recordTag, context]
} = Eligibility(16, 32, 32);
