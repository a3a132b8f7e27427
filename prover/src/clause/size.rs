//! The sizes of the circuit. What a proof shows is the same in all of them.

/// How many facts a proof opens, and for how many clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CircuitSize {
    /// 8 openings for up to 16 clauses.
    Small,
    /// 16 openings for up to 32 clauses.
    Large,
}

impl CircuitSize {
    /// Every size, the smallest first.
    pub const ALL: [Self; 2] = [Self::Small, Self::Large];

    /// Openings: facts that one proof shows present or absent.
    pub const fn openings(self) -> usize {
        match self {
            Self::Small => 8,
            Self::Large => 16,
        }
    }

    /// Clause slots.
    pub const fn slots(self) -> usize {
        match self {
            Self::Small => 16,
            Self::Large => 32,
        }
    }

    /// Name of the circuit, which its files have too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "eligibility_8",
            Self::Large => "eligibility_16",
        }
    }

    /// The size by which studies on chain and network files name it.
    pub fn of_openings(openings: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|size| size.openings() == usize::from(openings))
    }

    /// The size with this number of clause slots.
    pub fn of_slots(slots: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.slots() == slots)
    }

    /// The size of the circuit with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.name() == name)
    }
}
