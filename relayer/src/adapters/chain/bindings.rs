//! Contract bindings generated from the committed ABIs. Nothing is written by hand here.

/// Puts each contract's bindings into a module of its own: several contracts have types of the same name.
macro_rules! bindings {
    ($($module:ident $contract:ident $file:literal;)*) => {$(
        #[allow(
            missing_docs,
            unreachable_pub,
            clippy::all,
            clippy::pedantic,
            reason = "generated code"
        )]
        pub(super) mod $module {
            ethers::contract::abigen!($contract, $file);
        }
    )*};
}

bindings! {
    manager AccessManager "abi/AccessManager.json";
    members Members "abi/Members.json";
    registry RecordRegistry "abi/RecordRegistry.json";
    treasury Treasury "abi/Treasury.json";
    studies Studies "abi/Studies.json";
    enrolments Enrolments "abi/Enrolments.json";
    disputes Disputes "abi/Disputes.json";
    verifier EligibilityVerifier "abi/EligibilityVerifier8.json";
}

/// The two functions of an ERC-20 token that are called.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated code"
)]
pub(super) mod token {
    ethers::contract::abigen!(
        Token,
        r"[
            function approve(address spender, uint256 amount) external returns (bool)
            function allowance(address owner, address spender) external view returns (uint256)
            function balanceOf(address account) external view returns (uint256)
        ]"
    );
}
