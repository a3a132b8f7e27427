// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "binary-merkle-root.circom";

/*
 * The root of the registry over a commitment (docs/PROTOCOL.md, section 7).
 * zk-kit's gadget gives 0 for a depth beyond D, so a root of 0, which has no inverse, is refused: that also bounds the depth.
 * circomspect warns twice of the inverse, a hint in one constraint (CS0005, CS0017): that constraint leaves it one value.
 */
template RegistryRoot(D) {
    signal input leaf;
    signal input depth;
    signal input index;
    signal input siblings[D];
    signal output root;

    root <== BinaryMerkleRoot(D)(leaf, depth, index, siblings);

    signal inverse <-- root != 0 ? 1 / root : 0;
    inverse * root === 1;
}
