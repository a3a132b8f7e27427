// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "bitify.circom";
include "poseidon.circom";
include "./domains.circom";

/*
 * Criteria: an AND of groups of clauses, and their hash (docs/PROTOCOL.md, section 5).
 */

/*
 * The criteria hash over all slots, unused ones included.
 *
 * N: clause slots, a multiple of 16.  M: keys of a clause, 4.
 */
template CriteriaHash(N, M) {
    signal input mappingVersion;
    signal input structure[N][8];  // bits of each slot's structure byte; checked to be bits by the caller
    signal input keys[N][M];
    signal input packed[N];
    signal output out;

    // 1. The first link: version, number of slots and the structure words.
    var words = N \ 16;
    component first = Poseidon(3 + words);
    first.inputs[0] <== DOM_CRITERIA();
    first.inputs[1] <== mappingVersion;
    first.inputs[2] <== N;
    for (var w = 0; w < words; w++) {
        var word = 0;
        for (var bit = 0; bit < 128; bit++) {
            word += structure[16 * w + bit \ 8][bit % 8] * (1 << bit);
        }
        first.inputs[3 + w] <== word;
    }

    // 2. One link for each pair of slots.
    component link[N \ 2];
    for (var i = 0; i < N \ 2; i++) {
        link[i] = Poseidon(2 + 2 * (M + 1));
        link[i].inputs[0] <== DOM_CLAUSE();
        link[i].inputs[1] <== i == 0 ? first.out : link[i - 1].out;
        for (var half = 0; half < 2; half++) {
            for (var m = 0; m < M; m++) {
                link[i].inputs[2 + half * (M + 1) + m] <== keys[2 * i + half][m];
            }
            link[i].inputs[2 + half * (M + 1) + M] <== packed[2 * i + half];
        }
    }
    out <== link[N \ 2 - 1].out;
}

/*
 * Every group has as many claimed clauses as it asks for.
 *
 * Groups are contiguous and monotone: a claim more never hurts, so clauses that are not claimed need no proof.
 * A group without a last clause would go unchecked: the compiler never writes one, and the hash fixes what it wrote.
 */
template Groups(N) {
    signal input claimed[N];  // bits: the clause is claimed and proved to hold
    signal input end[N];      // bits: the clause is the last of its group
    signal input atLeast[N];  // 0 to 63: claims that the group needs, read at its last clause

    signal running[N];  // claims of the group so far
    signal carried[N];  // the same, but 0 after the end of a group
    signal surplus[N];  // claims beyond those needed, at the end of a group
    for (var j = 0; j < N; j++) {
        running[j] <== claimed[j] + (j == 0 ? 0 : carried[j - 1]);
        carried[j] <== running[j] * (1 - end[j]);
        surplus[j] <== end[j] * (running[j] - atLeast[j]);
        // running ≤ N ≤ 32, so 6 bits hold every surplus and no deficit.
        _ <== Num2Bits(6)(surplus[j]);
    }
}
