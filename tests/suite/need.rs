//! What scenarios need of a runner.

/// What a scenario can't do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A clock that it can move.
    Clock,
    /// Password hashing that it can count and hold up.
    Passwords,
    /// The program's commands, on the same data.
    Commands,
    /// The same, and a secret that it makes for itself.
    OwnSecret,
    /// Files of the operator's, and an owner of those that it makes.
    Files,
    /// An address of its own for health and metrics.
    Management,
    /// A start, which can be refused.
    Start,
    /// One address for everything.
    OneAddress,
    /// Mail that it can read.
    Mail,
    /// A database in one file, which it looks into.
    Sqlite,
    /// An API of its own that takes mails, which fails when it is told to.
    MailApi,
    /// A mailer of its own, which fails when it is told to.
    Postman,
}

impl Need {
    /// Why a scenario is left out where this is not.
    pub const fn lacking(self) -> &'static str {
        match self {
            Self::Clock => "no clock to move",
            Self::Passwords => "no password hashing to hold up",
            Self::Commands => "no commands beside it",
            Self::OwnSecret => "no secret of its own making",
            Self::Files => "no files of the operator's",
            Self::Management => "no management address",
            Self::Start => "no start that could be refused",
            Self::OneAddress => "a management address of its own",
            Self::Mail => "no mail to read",
            Self::Sqlite => "no file that is the database",
            Self::MailApi => "no API that takes mails",
            Self::Postman => "no mailer that could fail",
        }
    }
}
