// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "bitify.circom";
include "poseidon.circom";
include "./domains.circom";

/*
 * The record commitment, and what derives from an identity (docs/PROTOCOL.md, sections 2 and 6).
 */

/*
 * Poseidon of a domain tag and two elements.
 */
template Tagged2(tag) {
    signal input left;
    signal input right;
    signal output out;

    out <== Poseidon(3)([tag, left, right]);
}

/*
 * The pseudonym of an identity in one record version.
 */
template Pseudonym() {
    signal input identitySecret;
    signal input pseudonymNonce;
    signal output out;

    signal identityCommitment <== Tagged2(DOM_IDENTITY())(identitySecret, 0);
    out <== Tagged2(DOM_PSEUDONYM())(identityCommitment, pseudonymNonce);
}

/*
 * The record commitment.
 */
template RecordCommitment() {
    signal input factsRoot;
    signal input envelopeHash;
    signal input pseudonym;
    signal input terms;
    signal input blinding;
    signal output out;

    out <== Poseidon(6)([DOM_RECORD(), factsRoot, envelopeHash, pseudonym, terms, blinding]);
}

/*
 * The terms of a record permit its use: every purpose consented, not expired, complete to a day recent enough.
 */
template Terms() {
    signal input consent;
    signal input expiry;
    signal input asOf;
    signal input mappingVersion;
    signal input purposes;
    signal input day;        // today; checked to have 32 bits by the caller
    signal input oldestAsOf; // likewise
    signal output packed;

    // 1. Each part has 32 bits, so that packing is unique.
    signal consentBits[32] <== Num2Bits(32)(consent);
    _ <== Num2Bits(32)(expiry);
    _ <== Num2Bits(32)(asOf);
    _ <== Num2Bits(32)(mappingVersion);
    packed <== consent + expiry * (1 << 32) + asOf * (1 << 64) + mappingVersion * (1 << 96);

    // 2. Each purpose is consented to.
    signal purposeBits[32] <== Num2Bits(32)(purposes);
    for (var i = 0; i < 32; i++) {
        purposeBits[i] * (1 - consentBits[i]) === 0;
    }

    // 3. day ≤ expiry and oldestAsOf ≤ asOf: a negative difference has more than 32 bits.
    _ <== Num2Bits(32)(expiry - day);
    _ <== Num2Bits(32)(asOf - oldestAsOf);
}

/*
 * The parts of the public reference time, each of 32 bits.
 */
template ReferenceTime() {
    signal input referenceTime;
    signal input day;
    signal input calendar;
    signal input oldestAsOf;

    _ <== Num2Bits(32)(day);
    _ <== Num2Bits(32)(calendar);
    _ <== Num2Bits(32)(oldestAsOf);
    referenceTime === day + calendar * (1 << 32) + oldestAsOf * (1 << 64);
}
