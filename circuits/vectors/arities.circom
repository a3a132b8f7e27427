// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "poseidon.circom";

/*
 * Poseidon at 1 to 16 inputs, for circuit.mjs to compare with the vectors. Not part of the product.
 */
template Arities() {
    signal input poseidon[16][16];  // the rest of each row is 0
    signal output poseidonHash[16];

    component hash[16];
    for (var count = 1; count <= 16; count++) {
        hash[count - 1] = Poseidon(count);
        for (var i = 0; i < count; i++) {
            hash[count - 1].inputs[i] <== poseidon[count - 1][i];
        }
        poseidonHash[count - 1] <== hash[count - 1].out;
    }
}

component main = Arities();
