// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "./lib/clause.circom";
include "./lib/criteria.circom";
include "./lib/facts_tree.circom";
include "./lib/record.circom";
include "./lib/registry.circom";

/*
 * Eligibility: a record that a hospital certified meets a study's criteria, and its owner says so.
 *
 * "I know an identity secret and an opened record commitment in the registry under registryRoot, not expired at
 * referenceTime and complete to a day recent enough, whose pseudonym is mine, whose consent covers the purposes, and whose
 * facts, made under the mapping version in criteriaHash, satisfy its criteria."
 *
 * Checked outside the circuit:
 *  - registryRoot is one that the registry accepts; criteriaHash, purposes and studyId are those of the study; referenceTime is
 *    packed from the block's time; the nullifier is new; context is recomputed; each is below the order (the contracts);
 *  - recordTag belongs to the envelope that was deposited (the proxies, and again the institution);
 *  - facts are true; leaves are sorted, linked and in range (the hospital, and again the institution);
 *  - criteria are well formed: lib/clause.circom lists how (whoever compiles them, which anyone can repeat).
 *
 * K: openings, that is facts shown present or absent.  N: clause slots, a multiple of 16.  D: depth of the registry.
 */
template Eligibility(K, N, D) {
    var M = 4;  // keys of a clause

    // ---------------------------------------------------------------- public
    signal input registryRoot;
    signal input criteriaHash;
    signal input purposes;
    signal input referenceTime;
    signal input studyId;
    signal input nullifier;
    signal input recordTag;
    signal input context;

    // --------------------------------------------------------------- private
    // Identity and record
    signal input identitySecret;
    signal input pseudonymNonce;
    signal input envelopeHash;
    signal input blinding;
    signal input tagBlinding;
    signal input consent;
    signal input expiry;
    signal input asOf;
    signal input mappingVersion;
    // Reference time
    signal input day;
    signal input calendar;
    signal input oldestAsOf;
    // Registry path
    signal input pathDepth;
    signal input pathIndex;
    signal input pathSiblings[D];
    // Criteria
    signal input clauseKeys[N][M];
    signal input clausePacked[N];
    signal input clauseStructure[N][8];
    // Openings
    signal input frontier[FRONTIER_NODES()];
    signal input leaf[K][LEAF_COLUMNS()];
    signal input leafGroup[K][8];
    signal input nodeGroup[K][8];
    signal input serves[K][N];
    signal input target[K];
    signal input absent[K];
    signal input low[K];
    signal input high[K];
    signal input flags[K][FLAGS()];
    signal input pick[K][COLUMNS()];

    // 1. The parts of the reference time.
    ReferenceTime()(referenceTime, day, calendar, oldestAsOf);

    // 2. The terms allow this use on this day.
    signal terms <== Terms()(consent, expiry, asOf, mappingVersion, purposes, day, oldestAsOf);

    // 3. The commitment to the record, which is its owner's, lies in the registry.
    signal factsRoot <== FrontierRoot()(frontier);
    signal pseudonym <== Pseudonym()(identitySecret, pseudonymNonce);
    signal commitment <== RecordCommitment()(factsRoot, envelopeHash, pseudonym, terms, blinding);
    signal root <== RegistryRoot(D)(commitment, pathDepth, pathIndex, pathSiblings);
    registryRoot === root;

    // 4. What the enrolment shows of identity and envelope.
    signal itsNullifier <== Tagged2(DOM_NULLIFIER())(identitySecret, studyId);
    nullifier === itsNullifier;
    signal itsTag <== Tagged2(DOM_TAG())(envelopeHash, tagBlinding);
    recordTag === itsTag;

    // 5. The criteria are the study's, under the record's mapping version.
    signal absenceCounts[N];
    signal groupEnd[N];
    signal atLeast[N];
    for (var j = 0; j < N; j++) {
        var sum = 0;
        for (var bit = 0; bit < 8; bit++) {
            clauseStructure[j][bit] * (clauseStructure[j][bit] - 1) === 0;
            sum += bit < 6 ? clauseStructure[j][bit] * (1 << bit) : 0;
        }
        atLeast[j] <== sum;
        groupEnd[j] <== clauseStructure[j][6];
        absenceCounts[j] <== clauseStructure[j][7];
    }
    signal itsCriteria <== CriteriaHash(N, M)(mappingVersion, clauseStructure, clauseKeys, clausePacked);
    criteriaHash === itsCriteria;

    // 6. Each opened fact lies in the record and makes the clause hold that it serves.
    component assignment = Assignment(K, N, M);
    assignment.serves <== serves;
    assignment.keys <== clauseKeys;
    assignment.packed <== clausePacked;
    assignment.absenceCounts <== absenceCounts;
    component witness[K];
    for (var i = 0; i < K; i++) {
        FactOpening()(leaf[i], leafGroup[i], nodeGroup[i], frontier);
        witness[i] = ClauseWitness(M);
        witness[i].used <== assignment.used[i];
        witness[i].keys <== assignment.itsKeys[i];
        witness[i].packed <== assignment.itsPacked[i];
        witness[i].absenceCounts <== assignment.itsAbsenceCounts[i];
        witness[i].day <== day;
        witness[i].calendar <== calendar;
        witness[i].leaf <== leaf[i];
        witness[i].target <== target[i];
        witness[i].absent <== absent[i];
        witness[i].low <== low[i];
        witness[i].high <== high[i];
        witness[i].flags <== flags[i];
        witness[i].pick <== pick[i];
    }

    // 7. Every group has enough clauses that hold.
    Groups(N)(assignment.claimed, groupEnd, atLeast);

    // 8. The context enters a constraint, so that no proof can be moved to another one.
    signal contextSquared <== context * context;
}
