// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "../lib/criteria.circom";
include "../lib/facts_tree.circom";
include "../lib/record.circom";
include "../lib/registry.circom";

/*
 * Every hash of the circuits' templates, for circuit.mjs to compare with the vectors. Not part of the product.
 */
template Hashes() {
    signal input identitySecret;
    signal input pseudonymNonce;
    signal input factsRoot;
    signal input envelopeHash;
    signal input terms[4];
    signal input blinding;
    signal input studyId;
    signal input tagBlinding;
    signal input leaf[LEAF_COLUMNS()];
    signal input leafGroup[8];
    signal input frontier[FRONTIER_NODES()];
    signal input mappingVersion;
    signal input structure[32][8];
    signal input keys[32][4];
    signal input packed[32];
    signal input registryLeaf;
    signal input registryIndex;
    signal input registryDepth;
    signal input registrySiblings[32];

    signal output pseudonym;
    signal output packedTerms;
    signal output commitment;
    signal output nullifier;
    signal output recordTag;
    signal output frontierRoot;
    signal output criteriaHash16;
    signal output criteriaHash32;
    signal output registryRoot;

    pseudonym <== Pseudonym()(identitySecret, pseudonymNonce);
    packedTerms <== Terms()(terms[0], terms[1], terms[2], terms[3], 0, 0, 0);
    commitment <== RecordCommitment()(factsRoot, envelopeHash, pseudonym, packedTerms, blinding);
    nullifier <== Tagged2(DOM_NULLIFIER())(identitySecret, studyId);
    recordTag <== Tagged2(DOM_TAG())(envelopeHash, tagBlinding);

    // A leaf in the first group of a tree that is empty beyond it
    signal empty <== Node8()([0, 0, 0, 0, 0, 0, 0, 0]);
    signal lower <== Node8()(leafGroup);
    FactOpening()(leaf, leafGroup, [lower, empty, empty, empty, empty, empty, empty, empty], frontier);
    frontierRoot <== FrontierRoot()(frontier);

    component criteria16 = CriteriaHash(16, 4);
    criteria16.mappingVersion <== mappingVersion;
    for (var i = 0; i < 16; i++) {
        criteria16.structure[i] <== structure[i];
        criteria16.keys[i] <== keys[i];
        criteria16.packed[i] <== packed[i];
    }
    criteriaHash16 <== criteria16.out;
    criteriaHash32 <== CriteriaHash(32, 4)(mappingVersion, structure, keys, packed);

    registryRoot <== RegistryRoot(32)(registryLeaf, registryDepth, registryIndex, registrySiblings);
}

component main = Hashes();
