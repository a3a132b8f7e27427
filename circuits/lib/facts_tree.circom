// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "poseidon.circom";
include "./domains.circom";

/*
 * The facts tree, 4·16·8·8 from the root: 4,096 leaves, sorted and linked by key (docs/PROTOCOL.md, section 4).
 *
 * A path needs no position: the linked keys carry the order, the depth is fixed and every kind of node is hashed in a
 * domain of its own. So membership among siblings is a product that must vanish, and no selector is needed.
 */

// Columns of a leaf: key, next, count, undated, and the ends of min, max, latest, first date, last date.
function LEAF_COLUMNS() {
    return 14;
}

// Nodes at the frontier, which every opening of one proof shares.
function FRONTIER_NODES() {
    return 64;
}

/*
 * `element` is one of `set`.
 */
template Member(n) {
    signal input element;
    signal input set[n];

    signal product[n - 1];
    product[0] <== element - set[0];
    for (var i = 1; i < n - 1; i++) {
        product[i] <== product[i - 1] * (element - set[i]);
    }
    product[n - 2] * (element - set[n - 1]) === 0;
}

/*
 * The root over the 64 nodes of the frontier: four untagged nodes of 16, then the tagged root.
 */
template FrontierRoot() {
    signal input frontier[FRONTIER_NODES()];
    signal output root;

    component upper[4];
    component top = Poseidon(5);
    top.inputs[0] <== DOM_NODE4();
    for (var i = 0; i < 4; i++) {
        upper[i] = Poseidon(16);
        for (var j = 0; j < 16; j++) {
            upper[i].inputs[j] <== frontier[16 * i + j];
        }
        top.inputs[1 + i] <== upper[i].out;
    }
    root <== top.out;
}

/*
 * A leaf lies under the frontier.
 */
template FactOpening() {
    signal input leaf[LEAF_COLUMNS()];
    signal input leafGroup[8];                // hashes of the leaf and its seven siblings
    signal input nodeGroup[8];                // the node over leafGroup and its seven siblings
    signal input frontier[FRONTIER_NODES()];  // nodes over groups such as nodeGroup

    // 1. Hash the leaf and find it in its group.
    component leafHash = Poseidon(1 + LEAF_COLUMNS());
    leafHash.inputs[0] <== DOM_LEAF();
    for (var i = 0; i < LEAF_COLUMNS(); i++) {
        leafHash.inputs[1 + i] <== leaf[i];
    }
    Member(8)(leafHash.out, leafGroup);

    // 2. Hash the group and find it in the group of nodes.
    signal lower <== Node8()(leafGroup);
    Member(8)(lower, nodeGroup);

    // 3. Hash the group of nodes and find it in the frontier.
    signal upper <== Node8()(nodeGroup);
    Member(FRONTIER_NODES())(upper, frontier);
}

/*
 * A node over 8 children.
 */
template Node8() {
    signal input children[8];
    signal output node;

    component hash = Poseidon(9);
    hash.inputs[0] <== DOM_NODE8();
    for (var i = 0; i < 8; i++) {
        hash.inputs[1 + i] <== children[i];
    }
    node <== hash.out;
}
