// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Studies and their escrow
/// @notice An institution opens a study on fixed terms and deposits `quota × (price + n × fee)`. The terms never change; the quota can be raised.
interface IStudies {
    /// @notice The terms of a study.
    /// @param criteriaHash Poseidon hash of the compiled criteria (docs/PROTOCOL.md section 5).
    /// @param criteriaDocument SHA-256 of the criteria's JSON, which the proxies serve.
    /// @param agreement SHA-256 of the agreement's text, which the proxies serve.
    /// @param receivingKey The institution's Umbral receiving key, a compressed secp256k1 point.
    /// @param proxies The n proxies, in the order of the slots.
    /// @param token In which it pays; the zero address is the native coin.
    /// @param price What a patient is paid, in the token's smallest unit.
    /// @param fee What each proxy whose receipt an enrolment carries is paid.
    /// @param opensAt From when on patients may enrol, in Unix seconds.
    /// @param closesAt From when on they may not any more.
    /// @param deliverySeconds Delivery window in seconds.
    /// @param deliveryBlocks Delivery window in blocks.
    /// @param challengeSeconds Challenge window in seconds.
    /// @param challengeBlocks Challenge window in blocks.
    /// @param quota Most enrolments, open and settled.
    /// @param maxRecordAge How many days back a record's `asOf` may lie.
    /// @param minimumRecords Fewest live records in the registry at which enrolment may start.
    /// @param purposes The permitted uses it needs, a bit mask; never none.
    /// @param openings The circuit's size, by its number of openings.
    /// @param threshold m: how many fragments open a delivery.
    struct Terms {
        uint256 criteriaHash;
        bytes32 criteriaDocument;
        bytes32 agreement;
        bytes receivingKey;
        address[] proxies;
        address token;
        uint128 price;
        uint128 fee;
        uint64 opensAt;
        uint64 closesAt;
        uint32 deliverySeconds;
        uint32 deliveryBlocks;
        uint32 challengeSeconds;
        uint32 challengeBlocks;
        uint32 quota;
        uint32 maxRecordAge;
        uint32 minimumRecords;
        uint32 purposes;
        uint8 openings;
        uint8 threshold;
    }

    /// @notice What was settled for good when a study was opened.
    /// @param institution Who opened it.
    /// @param verifier The verifier of its circuit size at that time.
    /// @param pointX What the study's own signals add to every proof's (`IEligibilityVerifier.studyPoint`), x.
    /// @param pointY The same point, y.
    /// @param slice What each receipt locks: price / m rounded up, at least the token's smallest slice.
    /// @param maxReceiptSeconds How far ahead a receipt's `validUntil` may lie, by the bounds of that time.
    /// @param maxAttempts Most attempts of one patient, likewise.
    /// @param expulsions How often a proxy had been expelled by then: as long as that is so, all of the study's are active.
    /// @param terms Its terms.
    struct Charter {
        address institution;
        address verifier;
        uint256 pointX;
        uint256 pointY;
        uint96 slice;
        uint32 maxReceiptSeconds;
        uint8 maxAttempts;
        uint256 expulsions;
        Terms terms;
    }

    /// @notice How a study stands.
    /// @param institution Who opened it.
    /// @param verifier The verifier of its circuit size when it was opened.
    /// @param pointX What the study's own signals add to every proof's (`IEligibilityVerifier.studyPoint`), x.
    /// @param pointY The same point, y.
    /// @param slice What each receipt locks: price / m rounded up, at least the token's smallest slice.
    /// @param open Enrolments that have not ended.
    /// @param settled Enrolments that were paid.
    /// @param quota Most enrolments, raised by topping up.
    /// @param closed Whether the institution closed it early.
    struct Standing {
        address institution;
        address verifier;
        uint96 slice;
        uint24 open;
        uint24 settled;
        uint24 quota;
        bool closed;
    }

    /// @notice A study was opened.
    event StudyOpened(uint256 indexed studyId, address indexed institution, Terms terms);
    /// @notice A study's quota was raised.
    event StudyToppedUp(uint256 indexed studyId, uint32 quota);
    /// @notice A study was closed early.
    event StudyClosed(uint256 indexed studyId);
    /// @notice What was left of the escrow became the institution's credit.
    event StudyWithdrawn(uint256 indexed studyId, uint256 amount);
    /// @notice New studies of a circuit size are verified by another verifier, whose key came out of the ceremony with this transcript.
    event VerifierChanged(
        uint8 indexed openings, address indexed verifier, bytes32 verifyingKeyHash, bytes32 transcriptDigest
    );

    /// @notice The caller is not an active institution.
    error NotInstitution(address account);
    /// @notice The study is another institution's.
    error NotStudyInstitution(address account, uint256 studyId);
    /// @notice Only the enrolments contract may call this.
    error NotEnrolments(address caller);
    /// @notice There is no such study.
    error StudyUnknown(uint256 studyId);
    /// @notice The study isn't open yet.
    error StudyNotOpen(uint256 studyId);
    /// @notice The study has ended: its time is over, or it was closed.
    error StudyEnded(uint256 studyId);
    /// @notice The study has not ended, so that its escrow is still promised.
    error StudyNotEnded(uint256 studyId);
    /// @notice All places are taken, for now or for good.
    error QuotaUsedUp(uint256 studyId);
    /// @notice A term is out of bounds; `term` names it.
    error TermInvalid(bytes32 term);
    /// @notice A proxy of the study is not an active one, shares its operator with another, or is the institution's.
    error ProxyInvalid(address proxy);
    /// @notice There is no verifier of this circuit size.
    error NoVerifier(uint8 openings);

    /// @notice Opens a study and deposits its escrow: native coin by value, a token by allowance to the treasury. Institution only.
    /// @return studyId `keccak256(abi.encode(chain id, this contract, institution, counter)) mod r`.
    function open(Terms calldata terms) external payable returns (uint256 studyId);

    /// @notice Raises the quota and deposits the escrow for the additional places. The study's institution only.
    function topUp(uint256 studyId, uint32 additional) external payable;

    /// @notice Ends enrolment early. Enrolments under way go on. The study's institution only.
    function close(uint256 studyId) external;

    /// @notice Once the study has ended: credits its institution with what no open enrolment needs. Anyone may call, again after the last ones ended.
    function withdraw(uint256 studyId) external returns (uint256 amount);

    /// @notice Names the verifier for a circuit size; studies that are open keep theirs. Consortium only.
    function setVerifier(uint8 openings, address verifier) external;

    /// @notice Takes places for enrolments, if the study takes patients now. Enrolments only.
    /// @param most How many are wanted, at least 1.
    /// @return granted How many were taken, at least 1.
    /// @return charter Where the study's charter lies, as code (`Charters`).
    function reserve(uint256 studyId, uint256 most) external returns (uint256 granted, address charter);

    /// @notice Gives places back that were taken and not used. Enrolments only.
    function unreserve(uint256 studyId, uint256 places) external;

    /// @notice Gives the place of an enrolment back that ended unpaid. A fee goes to each of `slots`, the rest stays in escrow. Enrolments only.
    function release(uint256 studyId, address[] calldata slots) external;

    /// @notice Pays an enrolment: the price to the payout address, the fee to each slot. Enrolments only.
    function settle(uint256 studyId, address payout, address[] calldata slots) external;

    /// @notice A study's terms as it was opened.
    function termsOf(uint256 studyId) external view returns (Terms memory);

    /// @notice Where a study's charter lies, as code (`Charters`).
    function charterOf(uint256 studyId) external view returns (address);

    /// @notice How a study stands.
    function standingOf(uint256 studyId) external view returns (Standing memory);

    /// @notice What of the escrow no open enrolment needs.
    function freeEscrow(uint256 studyId) external view returns (uint256);

    /// @notice Number of studies ever opened.
    function count() external view returns (uint256);

    /// @notice The study opened as number `index`, from 0.
    function studyAt(uint256 index) external view returns (uint256 studyId);

    /// @notice The verifier for new studies of a circuit size.
    function verifierOf(uint8 openings) external view returns (address);
}
