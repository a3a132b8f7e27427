//! The closed list of causes.

use super::FailureClass;

/// Writes the enum and its tables from one row a cause.
macro_rules! codes {
    ($($name:ident $text:literal $class:ident $status:literal $retry:literal $hint:literal;)*) => {
        /// A cause of failure. The documentation of each is its hint.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FailureCode {
            $(#[doc = $hint] $name,)*
        }

        impl FailureCode {
            /// Every cause.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code, in kebab case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What to do about it, in general.
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }

            /// The class, which is the exit code.
            pub const fn class(self) -> FailureClass {
                match self { $(Self::$name => FailureClass::$class,)* }
            }

            /// The status of an HTTP answer.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Whether the same request may succeed later.
            pub const fn is_retryable(self) -> bool {
                match self { $(Self::$name => $retry,)* }
            }
        }
    };
}

codes! {
    // What was asked for makes no sense as asked
    InvalidInput "invalid-input" Usage 400 false "Correct the named input; --help shows an example.";
    Malformed "malformed" Usage 400 false "The bytes are not what they should be: fetch or make the object again.";
    UnsupportedVersion "unsupported-version" Usage 400 false "The object was made by another version of Medshare: update the older side.";
    NotFound "not-found" Usage 404 false "Nothing of that name is known here: check the identifier and the role's home.";
    AlreadyExists "already-exists" Usage 409 false "It is there already; nothing was overwritten.";
    InvalidBundle "invalid-bundle" Usage 422 false "The file is not a FHIR R4 bundle of one patient; `prover facts` shows what is wrong.";
    CriteriaInvalid "criteria-invalid" Usage 422 false "Check the criteria with `prover criteria check`.";
    UseNotSupported "use-not-supported" Usage 422 false "This permitted use or DUO term can't be expressed; leave it out or use another.";
    PayloadTooLarge "payload-too-large" Usage 413 false "Send less, or in pieces.";

    // The record does not qualify
    CriterionNotMet "criterion-not-met" Eligibility 422 false "The record does not meet this criterion; `prover eligible` explains it.";
    CriterionUnprovable "criterion-unprovable" Eligibility 422 false "The record leaves open whether the criterion is met, so it can't be proved.";
    PurposeNotConsented "purpose-not-consented" Eligibility 422 false "The consent in the record does not cover a use that the study needs.";
    RecordExpired "record-expired" Eligibility 422 false "The consent's expiry has passed: ask the hospital to certify the record anew.";
    RecordTooOld "record-too-old" Eligibility 422 false "The study wants a record complete to a later day: ask the hospital to certify it anew.";
    RecordWithdrawn "record-withdrawn" Eligibility 422 false "The hospital has withdrawn this record: ask it for the reason.";
    RecordSuperseded "record-superseded" Eligibility 422 false "The hospital has certified a newer version of this record: import that one.";
    MappingMismatch "mapping-mismatch" Eligibility 422 false "Record and study use different versions of the mapping: ask the hospital to certify the record anew.";
    CrowdTooSmall "crowd-too-small" Eligibility 422 true "The registry holds fewer live records than the study demands: wait for more.";

    // The rules or the state of things forbid it
    StaleRoot "stale-root" Refused 409 true "The registry root is too old: prove again with the latest one.";
    UnknownRoot "unknown-root" Refused 409 true "The registry never had this root, or this node has not seen it yet.";
    ReferenceTimeWrong "reference-time-wrong" Refused 409 true "The proof's day is neither today nor yesterday by the latest block: prove again.";
    StudyUnknown "study-unknown" Refused 404 false "There is no study of this identifier on this chain.";
    StudyNotOpen "study-not-open" Refused 409 true "The study does not take enrolments yet.";
    StudyClosed "study-closed" Refused 409 false "The study takes no more enrolments.";
    QuotaUsedUp "quota-used-up" Refused 409 false "All places of the study are taken.";
    AlreadyEnrolled "already-enrolled" Refused 409 false "This patient has enrolled in this study before.";
    AttemptMismatch "attempt-mismatch" Refused 409 false "This belongs to another attempt: start the enrolment again.";
    Revoked "revoked" Refused 409 false "The patient has revoked this enrolment.";
    GrantExpired "grant-expired" Refused 409 false "The proxy no longer answers for this grant: start the enrolment again.";
    ReceiptExpired "receipt-expired" Refused 409 true "A receipt is no longer valid: collect receipts again.";
    TooFewReceipts "too-few-receipts" Refused 409 true "Fewer than 2m - 1 proxies gave a receipt: try again when more of them answer.";
    ProxyNotAdmitted "proxy-not-admitted" Refused 403 false "This proxy is not, or no longer, one of the study's proxies.";
    BondTooSmall "bond-too-small" Refused 409 true "A proxy has too little free bond: it must add some, or others must take its place.";
    OutOfBounds "out-of-bounds" Refused 409 false "The value is outside the consortium's bounds.";
    InsufficientFunds "insufficient-funds" Refused 409 true "The account can't pay for this: fund it first.";
    WrongState "wrong-state" Refused 409 false "The enrolment or study is not in a state that allows this.";
    WindowEnded "window-ended" Refused 409 false "The window for this has ended.";
    WindowOpen "window-open" Refused 409 true "The window has not ended yet, in seconds or in blocks.";
    NothingToClaim "nothing-to-claim" Refused 409 false "There is no credit to pay out.";
    LiveRecordExists "live-record-exists" Refused 409 false "This patient has a live record: supersede it instead.";
    KeySeen "key-seen" Refused 409 false "This delegating key was used before: ask the patient for a new request.";
    IdentityMismatch "identity-mismatch" Refused 409 false "The record is known under another identity: check whose request this is.";
    DevelopmentKey "development-key" Refused 409 false "Keys that are really used come out of a ceremony (docs/CEREMONY.md): name its proving key, verifying key or verifier.";
    RequestUsedUp "request-used-up" Refused 409 false "All key sets of the patient's request are used: ask for a new request.";

    // Something needed is absent or does not answer
    FragmentsMissing "fragments-missing" Unavailable 503 true "Too few proxies delivered: try again, or claim the refund when the window has ended.";
    ProxyUnreachable "proxy-unreachable" Unavailable 502 true "The proxy does not answer: check its URL, or try again later.";
    ChainUnreachable "chain-unreachable" Unavailable 503 true "The chain's node does not answer: check the RPC URL in the network file.";
    ChainMismatch "chain-mismatch" Unavailable 503 false "The node serves another chain than the network file names.";
    StorageUnavailable "storage-unavailable" Unavailable 503 true "The object store failed: check its URL and credentials.";
    CiphertextMissing "ciphertext-missing" Unavailable 404 true "The proxy does not hold the whole ciphertext: the hospital must deposit it.";
    EnvelopeMissing "envelope-missing" Unavailable 404 true "The proxy does not hold this envelope: the hospital must deposit it.";
    DocumentMissing "document-missing" Unavailable 404 true "No proxy serves the document of this hash: its publisher must deposit it.";
    Overloaded "overloaded" Unavailable 503 true "Too much at once: try again later.";

    // Something is not what it should be
    FragmentInvalid "fragment-invalid" Integrity 422 false "A fragment does not verify: the named proxy or the patient made it wrongly.";
    GrantInvalid "grant-invalid" Integrity 422 false "The grant contradicts its fragments, the study or the enrolment.";
    PrecursorInvalid "precursor-invalid" Integrity 422 false "The proof that the patient made the grant's precursor does not hold.";
    EnvelopeInvalid "envelope-invalid" Integrity 422 false "The envelope is not well formed, or not the one that was named.";
    CiphertextAltered "ciphertext-altered" Integrity 422 false "The ciphertext is not what the hospital sealed: fetch it from another proxy.";
    CommitmentMismatch "commitment-mismatch" Integrity 422 false "The record's content does not give its commitment: ask the hospital.";
    CommitmentNotInRegistry "commitment-not-in-registry" Integrity 422 false "The commitment is not in the registry under this root.";
    TagMismatch "tag-mismatch" Integrity 422 false "The envelope is not the one that the enrolment is tied to.";
    CriteriaMismatch "criteria-mismatch" Integrity 422 false "The criteria do not give the hash that stands on chain.";
    DocumentAltered "document-altered" Integrity 422 false "The document does not have the hash that it is named by.";
    ProofInvalid "proof-invalid" Integrity 422 false "The eligibility proof does not verify against its signals.";
    ContextMismatch "context-mismatch" Integrity 422 false "The proof belongs to another chain, contract, study, attempt, payout, revocation or grant.";

    // A key, password or signature does not fit
    WrongKey "wrong-key" Keys 422 false "This is not the key for it.";
    WrongPassword "wrong-password" Keys 401 false "The password does not open the key file.";
    PasswordMissing "password-missing" Keys 401 false "Set MEDSHARE_PASSWORD_FILE or MEDSHARE_PASSWORD, or run in a terminal.";
    InvalidWords "invalid-words" Keys 422 false "These are not 24 words of the BIP-39 list with a right checksum.";
    NotPermitted "not-permitted" Keys 403 false "The account does not have the role for this.";
    SignatureInvalid "signature-invalid" Keys 401 false "The signature is not by the key that it should be by.";
    RequestExpired "request-expired" Keys 401 true "The request's time is too far off: check the clocks.";
    RequestReplayed "request-replayed" Keys 401 false "The request was seen before: sign a new one.";

    // A defect of this program or of the machine
    TransactionReverted "transaction-reverted" Internal 500 false "The contract refused the transaction for a reason that this program does not know.";
    Io "io" Internal 500 true "The machine could not read or write: check the disk and the permissions.";
    Internal "internal" Internal 500 false "This is a defect: please report it.";
}

impl std::fmt::Display for FailureCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is no code of the closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown failure code {0:?}")]
pub struct UnknownCode(String);

impl std::str::FromStr for FailureCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().find(|code| code.as_str() == text);
        found.copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}
