// SPDX-License-Identifier: GPL-3.0-only
pragma circom 2.2.2;

include "bitify.circom";
include "./facts_tree.circom";

/*
 * One opened fact as the witness of one clause (docs/PROTOCOL.md, section 5).
 */

// Columns that can witness a clause: count, min, max, latest, first date, last date.
function COLUMNS() {
    return 6;
}

// Bits above the bounds of a packed clause: the columns, undated blocks, low relative, high relative, calendar.
function FLAGS() {
    return COLUMNS() + 4;
}

/*
 * Which clause each opening serves: at most one clause an opening, at most one opening a clause, so that no clause
 * counts twice in its group.
 *
 * K: openings.  N: clause slots.  M: keys of a clause.
 */
template Assignment(K, N, M) {
    signal input serves[K][N];      // serves[i][j]: opening i witnesses clause j
    signal input keys[N][M];
    signal input packed[N];
    signal input absenceCounts[N];  // bits

    signal output used[K];          // the opening serves a clause
    signal output claimed[N];       // the clause is served
    signal output itsKeys[K][M];    // of the clause that the opening serves; 0 if none
    signal output itsPacked[K];
    signal output itsAbsenceCounts[K];

    // 1. Bits, with at most one in each row and column.
    for (var i = 0; i < K; i++) {
        var row = 0;
        for (var j = 0; j < N; j++) {
            serves[i][j] * (serves[i][j] - 1) === 0;
            row += serves[i][j];
        }
        used[i] <== row;
        used[i] * (used[i] - 1) === 0;
    }
    for (var j = 0; j < N; j++) {
        var column = 0;
        for (var i = 0; i < K; i++) {
            column += serves[i][j];
        }
        claimed[j] <== column;
        claimed[j] * (claimed[j] - 1) === 0;
    }

    // 2. Carry the clause to the opening.
    for (var i = 0; i < K; i++) {
        for (var m = 0; m < M; m++) {
            var column[N];
            for (var j = 0; j < N; j++) {
                column[j] = keys[j][m];
            }
            itsKeys[i][m] <== InnerProduct(N)(serves[i], column);
        }
        itsPacked[i] <== InnerProduct(N)(serves[i], packed);
        itsAbsenceCounts[i] <== InnerProduct(N)(serves[i], absenceCounts);
    }
}

/*
 * The sum of left[i] · right[i].
 */
template InnerProduct(n) {
    signal input left[n];
    signal input right[n];
    signal output out;

    signal product[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        product[i] <== left[i] * right[i];
        sum += product[i];
    }
    out <== sum;
}

/*
 * The leaf makes the clause hold: its key is one of the clause's and one of the permitted columns lies within the
 * bounds; or the target key is absent, by the gap between the leaf's key and next, and absence counts.
 *
 * Checked outside: certified leaves have keys below 2^128 and counts and ends below 2^64, and are sorted and linked (the
 * hospital); in the hashed criteria keys are below 2^128 and not 0, bounds below 2^64, the high bound at most
 * 2^64 − 2, and a clause of which absence counts has one key (whoever compiles them).
 *
 * Why low and high need no range check. A present witness passes 64-bit comparisons, which put low between −2^65 and
 * 2^64, and high between −2^52 and 2^65. Two readings of one packed element in these ranges would differ by a multiple of
 * 2^128 in low, so they are equal. An absent witness uses neither bounds nor flags.
 */
template ClauseWitness(M) {
    signal input used;
    signal input keys[M];
    signal input packed;
    signal input absenceCounts;
    signal input day;              // the reference, in days
    signal input calendar;         // the reference as yyyymmdd

    signal input leaf[LEAF_COLUMNS()];
    signal input target;           // the key that is claimed present or absent
    signal input absent;
    signal input low;
    signal input high;
    signal input flags[FLAGS()];
    signal input pick[COLUMNS()];  // one-hot: the column that witnesses the clause

    // 1. Read the leaf and the flags by name.
    var key = leaf[0];
    var next = leaf[1];
    var count = leaf[2];
    var undated = leaf[3];
    var undatedBlocks = flags[COLUMNS()];
    var lowRelative = flags[COLUMNS() + 1];
    var highRelative = flags[COLUMNS() + 2];
    var byCalendar = flags[COLUMNS() + 3];

    // 2. Unpack the clause.
    var unpacked = low + high * (1 << 128);
    for (var i = 0; i < FLAGS(); i++) {
        flags[i] * (flags[i] - 1) === 0;
        unpacked += flags[i] * (1 << (200 + i));
    }
    packed === unpacked;

    // 3. The target is one of the clause's keys; a present one is the leaf's.
    absent * (absent - 1) === 0;
    absent * (1 - absenceCounts) === 0;
    Member(M)(target, keys);
    (1 - absent) * (key - target) === 0;

    // 4. Pick one permitted column, unless the opening is unused or shows absence.
    var picked = 0;
    for (var c = 0; c < COLUMNS(); c++) {
        pick[c] * (pick[c] - 1) === 0;
        pick[c] * (1 - flags[c]) === 0;
        picked += pick[c];
    }
    picked === used - absent;
    signal pickedCount <== pick[0] * count;
    signal lowEnd[COLUMNS() - 1];
    signal highEnd[COLUMNS() - 1];
    var valueLow = pickedCount;
    var valueHigh = pickedCount;
    for (var c = 0; c < COLUMNS() - 1; c++) {
        lowEnd[c] <== pick[1 + c] * leaf[4 + 2 * c];
        highEnd[c] <== pick[1 + c] * leaf[5 + 2 * c];
        valueLow += lowEnd[c];
        valueHigh += highEnd[c];
    }

    // 5. Undated entries.
    signal blocked <== undatedBlocks * undated;
    (1 - absent) * blocked === 0;

    // 6. Bounds, with the reference added where they are relative.
    signal reference <== day + byCalendar * (calendar * 1000000 - day);
    signal lowReference <== lowRelative * reference;
    signal highReference <== highRelative * reference;
    var aboveLow = valueLow - low - lowReference;
    var belowHigh = high + highReference - valueHigh;

    // 7. Present: both distances have 64 bits. Absent: the target lies strictly between key and next, which have 128.
    signal first <== aboveLow + absent * (target - key - 1 - aboveLow);
    signal second <== belowHigh + absent * (next - target - 1 - belowHigh);
    signal upperOfFirst <== UpperHalf()(first);
    signal upperOfSecond <== UpperHalf()(second);
    (1 - absent) * (upperOfFirst + upperOfSecond) === 0;
}

/*
 * The sum of the upper 64 bits of a number, which is checked to have 128.
 */
template UpperHalf() {
    signal input in;
    signal output out;

    signal bits[128] <== Num2Bits(128)(in);
    var sum = 0;
    for (var i = 64; i < 128; i++) {
        sum += bits[i];
    }
    out <== sum;
}
