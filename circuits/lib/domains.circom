// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

/*
 * Domain tags: the first input of the hash that they name. Each is its ASCII string, read as a big-endian integer
 * (docs/PROTOCOL.md, section 2).
 */

// "medshare.identity"
function DOM_IDENTITY() {
    return 0x6d656473686172652e6964656e74697479;
}

// "medshare.pseudonym"
function DOM_PSEUDONYM() {
    return 0x6d656473686172652e70736575646f6e796d;
}

// "medshare.record"
function DOM_RECORD() {
    return 0x6d656473686172652e7265636f7264;
}

// "medshare.nullifier"
function DOM_NULLIFIER() {
    return 0x6d656473686172652e6e756c6c6966696572;
}

// "medshare.tag"
function DOM_TAG() {
    return 0x6d656473686172652e746167;
}

// "medshare.leaf"
function DOM_LEAF() {
    return 0x6d656473686172652e6c656166;
}

// "medshare.node8"
function DOM_NODE8() {
    return 0x6d656473686172652e6e6f646538;
}

// "medshare.node4"
function DOM_NODE4() {
    return 0x6d656473686172652e6e6f646534;
}

// "medshare.criteria"
function DOM_CRITERIA() {
    return 0x6d656473686172652e6372697465726961;
}

// "medshare.clause"
function DOM_CLAUSE() {
    return 0x6d656473686172652e636c61757365;
}

