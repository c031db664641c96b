//! The kinds of messages that an agent does not answer.

/// Makes the kinds and the list of all of them from one text, so that the list, and with it the metrics, misses none.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident = $word:literal,)+) => {
        /// Kinds of messages that are not answered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Ignored {
            $($(#[$doc])+ $name,)+
        }

        impl Ignored {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word for it in metrics.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

kinds! {
    /// It is no envelope, or its body is no request.
    Malformed = "malformed",
    /// Nobody here knows its key, or believes it any more.
    UnknownKey = "unknown_key",
    /// It was not signed by the key that it names.
    BadSignature = "bad_signature",
    /// It is for another environment.
    OtherEnvironment = "other_environment",
    /// It is for other nodes.
    NotTarget = "not_target",
    /// It was dealt with before.
    Seen = "seen",
    /// Its time was over so long ago that nobody can know any more whether it was dealt with.
    Stale = "stale",
    /// It wants its replies where no caller awaits any.
    BadAddress = "bad_address",
}

impl Ignored {
    /// Whether it is something that no caller and no agent of ours sends, and people should look for who did.
    pub const fn is_odd(self) -> bool {
        match self {
            Self::Malformed | Self::UnknownKey | Self::BadSignature | Self::BadAddress => true,
            Self::OtherEnvironment | Self::NotTarget | Self::Seen | Self::Stale => false,
        }
    }
}
