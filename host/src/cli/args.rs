//! The commands and their arguments, as people read them in the help.

mod audit;

pub use audit::{Audit, AuditFilter};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use mana_auth::{bindings::exports::mana::auth::accounts, config::Flags};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mana-auth serve                                       serve on 127.0.0.1:3001, data in ./data
  mana-auth serve --config /etc/mana-auth.toml          serve as the file says
  mana-auth config --config /etc/mana-auth.toml         check the file, and show what is in effect
  mana-auth user create ada@example.com --role admin    make an administrator; asks for the password
  mana-auth user sessions ada@example.com               where is she signed in?

Every setting can also be given as MANA_AUTH_<KEY> in the environment or in a TOML file; see docs/configuration.md.
Exit codes: 0 done; 1 refused or not found, nothing was changed unless the message says so; 2 misuse, wrong configuration, or no start.";

/// An authentication service: one component, one command.
#[derive(Parser)]
#[command(name = "mana-auth", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Arguments {
    /// The folder with the database and the generated secret [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// A TOML file with settings; none is read unasked
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands. Those that change something work while the server runs; it notices with the next request.
#[derive(Subcommand)]
pub enum Command {
    /// Run the service
    Serve {
        /// Where.
        #[command(flatten)]
        addresses: Addresses,
        /// Begin with an empty database, though checkpoints tell of one that is gone
        #[arg(long)]
        new_database: bool,
    },
    /// Check the configuration and print it as it is in effect, with secrets masked; touches nothing
    Config(Addresses),
    /// Make accounts, find them, end their sessions
    #[command(subcommand)]
    User(User),
    /// The keys that sign access tokens
    #[command(subcommand)]
    Keys(Keys),
    /// The audit log
    #[command(subcommand)]
    Audit(Audit),
    /// The mails that the service sends
    #[command(subcommand)]
    Mail(Mail),
    /// The secret that encrypts those keys
    #[command(subcommand)]
    Secret(Secret),
    /// Copy the database as it is now into a new file, while the server runs
    #[command(
        after_help = "The checkpoints that were kept go to FILE.checkpoints. Without the secret, a backup lets nobody sign in as somebody else.\n\nExample:\n  mana-auth backup /backup/auth-$(date +%F).db"
    )]
    Backup {
        /// The file to make; it must not exist
        file: PathBuf,
        /// Copy the secret too, into a file of its own, for another place
        #[arg(long, value_name = "FILE")]
        with_secret: Option<PathBuf>,
    },
    /// Put a backup in the place of the database, which is kept; stop the server first
    Restore {
        /// The backup
        file: PathBuf,
        /// A copy of the secret, where there is none in the data folder
        #[arg(long, value_name = "FILE")]
        secret: Option<PathBuf>,
    },
    /// Housekeeping, where no server runs that does it by itself
    #[command(subcommand)]
    Maintenance(Maintenance),
    /// Bring the database's schema up to date, as the role that owns it, before servers of this version start
    #[command(
        after_help = "It takes the servers' configuration, for it also makes the first keys, under their `secrets`.\n\nExample:\n  MANA_AUTH_DATABASE_URL=postgres://mana_owner@db/auth mana-auth migrate --config mana-auth.toml"
    )]
    Migrate,
    /// Bring the database of a single server to PostgreSQL; stop the server first
    #[command(
        after_help = "It makes the schema, copies every table, verifies the audit log on both sides, and changes nothing of the file. Interrupted, it goes on with the next table when it is run again. The servers go on with the same `secrets`.\n\nExample:\n  mana-auth copy --from data/auth.db --to postgres://mana_owner@db/auth"
    )]
    Copy {
        /// The database's file [default: `auth.db` in the data folder]
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// A new database [default: `database_url`, which keeps a password from the list of processes]
        #[arg(long, value_name = "URL")]
        to: Option<String>,
        /// Copy the audit log, though it is not intact
        #[arg(long)]
        not_intact: bool,
    },
    /// The history that positions in tokens refer to
    #[command(subcommand)]
    Lineage(Lineage),
    /// Ask a running server whether it answers, for a container's health check: exit code 0 or 1
    Health {
        /// Only whether the process lives, not whether it is ready
        #[arg(long)]
        live: bool,
    },
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  mana-auth completions bash > ~/.local/share/bash-completion/completions/mana-auth"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Where to listen.
#[derive(Args, Clone, Default)]
pub struct Addresses {
    /// Address and port of the API [default: 127.0.0.1:3001]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Address and port of health, readiness and metrics, or `off` [default: 127.0.0.1:3002]
    #[arg(long, value_name = "ADDRESS")]
    management: Option<String>,
}

/// What can be done with accounts. USER is an address or an id.
#[derive(Subcommand)]
pub enum User {
    /// Make an account; the password is asked for, or read from standard input. Where `require_email_verification` is set, `user verify-email` follows
    #[command(
        after_help = "Example:\n  echo \"$PASSWORD\" | mana-auth user create ada@example.com --name Ada --role admin"
    )]
    Create {
        /// The e-mail address
        email: String,
        /// The name that others see
        #[arg(long, default_value = "")]
        name: String,
        /// What the user may do in the service itself
        #[arg(long, value_enum, default_value_t = Role::User)]
        role: Role,
    },
    /// Bring accounts from another service, with ids, times and password hashes; what is here stays as it is
    #[command(
        after_help = "Each line of FILE is an account as JSON: docs/guides/existing-users.md. A line that can't be taken is named, and the others come. The same again changes nothing, and goes on where it was interrupted.\n\nExample:\n  mana-auth user import people.jsonl --dry-run"
    )]
    Import {
        /// JSON Lines; may be a pipe; `-` for standard input
        file: PathBuf,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// List accounts, newest first
    List {
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        /// Only accounts older than the one with this id
        #[arg(long, value_name = "ID")]
        before: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show an account, with its living sessions
    Show {
        /// Address or id
        user: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Keep a user out: every session ends, and no sign-in succeeds
    #[command(after_help = "Example:\n  mana-auth user ban ada@example.com --reason spam --days 7")]
    Ban {
        /// Address or id
        user: String,
        /// For other operators: one line of at most 200 characters
        #[arg(long, default_value = "")]
        reason: String,
        /// For so many days [default: for good]
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: Option<u16>,
    },
    /// Let a user in again
    Unban {
        /// Address or id
        user: String,
    },
    /// Change the address of an account; it is unverified then
    SetEmail {
        /// Address or id
        user: String,
        /// The new address
        email: String,
    },
    /// Note that the address is the user's
    VerifyEmail {
        /// Address or id
        user: String,
    },
    /// Change what a user may do in the service itself, at once
    SetRole {
        /// Address or id
        user: String,
        /// The new role
        #[arg(value_enum)]
        role: Role,
    },
    /// Replace what the operator keeps of a user, at once; `token_claims` says what of it goes into access tokens
    #[command(after_help = "Example:\n  mana-auth user set-metadata ada@example.com '{\"tier\": \"pro\"}'")]
    SetMetadata {
        /// Address or id
        user: String,
        /// A JSON object of at most 4 KiB
        #[arg(value_name = "JSON")]
        metadata: String,
    },
    /// List a user's living sessions, newest first
    Sessions {
        /// Address or id
        user: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a link, good for an hour, by which a user chooses a new password: for who gets no mail. It begins with `public_url`, as this command
    /// is configured
    ResetLink {
        /// Address or id
        user: String,
    },
    /// Lift the lock that failed sign-ins have set on an account
    Unlock {
        /// Address or id
        user: String,
    },
    /// Delete an account, and destroy what the audit log says of the person; the audit log's proof stays whole
    Erase {
        /// Address or id; the id also of an account that was deleted before
        user: String,
        /// The address, where the account was deleted before: failed sign-ins with it are found by it
        #[arg(long)]
        email: Option<String>,
    },
    /// End a user's sessions: all, or one
    Revoke {
        /// Address or id
        user: String,
        /// Only the session with this id
        #[arg(long, value_name = "ID")]
        session: Option<String>,
    },
}

/// What can be done with signing keys.
#[derive(Subcommand)]
pub enum Keys {
    /// List every key, newest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make the next key: published at once, signing once every verifier can know it
    Rotate,
    /// Refuse a key, and every token that it signed, from now on
    Revoke {
        /// The key's id (`kid`)
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
}

/// What can be done with mail.
#[derive(Subcommand)]
pub enum Mail {
    /// Send a mail to see whether mail arrives, and tell what the server says
    Test {
        /// The recipient
        address: String,
    },
    /// List mails that were not delivered, or not yet, newest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try mails again now, also those that were given up within their first 24 hours
    Retry {
        /// Only the mail with this id
        id: Option<String>,
    },
}

/// What can be done with the secret.
#[derive(Subcommand)]
pub enum Secret {
    /// Make the next version of the file `secret` in the data folder; the server takes it up when it is restarted
    Rotate,
}

/// Housekeeping.
#[derive(Subcommand)]
pub enum Maintenance {
    /// Remove what has expired, rotate keys that are due, encrypt keys under the newest secret
    Run,
}

/// The lineage of positions.
#[derive(Subcommand)]
pub enum Lineage {
    /// Begin a new one, after a backup was restored where no server starts: what was issued before is checked anew
    Renew,
}

/// What a user may do in the service itself.
#[derive(Clone, Copy, ValueEnum)]
pub enum Role {
    /// Nothing but use it
    User,
    /// Administer it
    Admin,
    /// Call it as another service
    Service,
}

impl From<Role> for accounts::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::User => Self::User,
            Role::Admin => Self::Admin,
            Role::Service => Self::Service,
        }
    }
}

impl Arguments {
    /// What the flags say of the configuration.
    pub fn flags(&self) -> Flags {
        let addresses = match &self.command {
            Command::Serve { addresses, .. } | Command::Config(addresses) => addresses.clone(),
            _ => Addresses::default(),
        };
        Flags {
            config: self.config.clone(),
            listen: addresses.listen,
            management: addresses.management,
            data: self.data.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_are_consistent() {
        Arguments::command().debug_assert();
    }
}
