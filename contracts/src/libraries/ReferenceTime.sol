// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Days and calendar dates
/// @notice A day is a whole number of days since 1900-01-01 in UTC.
library ReferenceTime {
    /// @dev Day number of 1970-01-01.
    uint256 internal constant UNIX_EPOCH_DAY = 25_567;

    /// @dev The day of a Unix time.
    function dayOf(uint256 timestamp) internal pure returns (uint256) {
        return timestamp / 1 days + UNIX_EPOCH_DAY;
    }

    /// @dev The calendar date `yyyymmdd` of a day. Civil-from-days for the Gregorian calendar, after Howard Hinnant, "chrono-Compatible
    /// Low-Level Date Algorithms"; years begin in March there, so that the leap day is the last.
    function calendarOf(uint256 day) internal pure returns (uint256) {
        // Divisions round down, as the algorithm has it
        // slither-disable-start divide-before-multiply
        // Days since 0000-03-01
        uint256 z = day + 693_901;
        uint256 era = z / 146_097;
        uint256 dayOfEra = z % 146_097;
        uint256 yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint256 shiftedMonth = (5 * dayOfYear + 2) / 153;
        uint256 dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        uint256 month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        uint256 year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        // slither-disable-end divide-before-multiply
        return year * 10_000 + month * 100 + dayOfMonth;
    }

    /// @dev The public signal `referenceTime`: `day + yyyymmdd·2^32 + oldestAsOf·2^64`.
    function signal(uint256 day, uint256 maxRecordAge) internal pure returns (uint256) {
        uint256 oldest = day > maxRecordAge ? day - maxRecordAge : 0;
        return day | (calendarOf(day) << 32) | (oldest << 64);
    }
}
