//! What a server is made from.

use super::{
    Server,
    address_limits::{ConnectionLimit, RequestLimit},
    answer_memory::AnswerMemory,
    budget::Budget,
    calendar::Calendar,
    connections::Connections,
    delivery, descriptors,
    egress::{Bounds, Egress},
    housekeeping,
    id::RequestIds,
    internal::InternalNetworks,
    request::{FREE, LARGEST_BODY},
    shared::Shared,
    single_flight::SingleFlight,
};
use crate::{
    artefact::Artefact,
    audit_log::{Checkpoints, CheckpointsError},
    clock::{Clock, SystemClock},
    config::{self, Config},
    imports::Imports,
    invalidations::{Invalidations, QueriedInvalidations},
    loopback::is_loopback,
    mail::{Folder, Mailer, NoMail, Smtp},
    metrics::Metrics,
    passwords::{Blocklist, LiveRequests, Passwords, Pool, PoolOptions},
    random::{Exhausted, Random, SystemRandom},
    secret,
    storage::{DatabaseFile, OpenError, Postgres, PostgresError, Sqlite, SqliteOptions, Storage},
    workers::{IN_FLIGHT, Instance, Program, StartError, Workers},
};
use mana_auth_hygiene::{Hsts, InvalidOrigin, Origin, Policy};
use std::{
    fs, io,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::Mutex;

/// What a [`Server`] is made from: whatever is not given is the operating system's or the default.
#[derive(Default)]
#[must_use]
pub struct Builder {
    config: Option<Config>,
    storage: Option<Arc<dyn Storage>>,
    invalidations: Option<Arc<dyn Invalidations>>,
    passwords: Option<(Arc<dyn Passwords>, LiveRequests)>,
    mailer: Option<Arc<dyn Mailer>>,
    mail_as_configured: bool,
    mail_within: Option<Duration>,
    clock: Option<Arc<dyn Clock>>,
    random: Option<Arc<dyn Random>>,
    artefact: Option<Artefact>,
    compares_answers: bool,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The default configuration does not do.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The folder for the database can't be made.
    #[error(transparent)]
    Data(#[from] secret::Error),
    /// The database can't be opened.
    #[error(transparent)]
    Storage(#[from] OpenError),
    /// The database on a server can't be used.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// The file of passwords to refuse can't be read.
    #[error("password_blocklist: {0}: {1}")]
    Blocklist(PathBuf, io::Error),
    /// TLS can't be prepared for the server that takes mails.
    #[error("smtp_url: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The operating system refused the threads that hash passwords.
    #[error("no threads for passwords: {0}")]
    Threads(io::Error),
    /// The component can't be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// One of `trusted_origins` is no origin.
    #[error("trusted_origins: {0}")]
    TrustedOrigin(#[from] InvalidOrigin),
    /// The checkpoints of the audit log can't be kept.
    #[error(transparent)]
    Checkpoints(#[from] CheckpointsError),
    /// The random source has failed.
    #[error(transparent)]
    Random(#[from] Exhausted),
}

impl Server {
    /// What a server is made from.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// The configuration.
    pub fn config(self, config: Config) -> Self {
        Self { config: Some(config), ..self }
    }

    /// The database. By default SQLite, in the data folder.
    pub fn storage(self, storage: Arc<dyn Storage>) -> Self {
        Self { storage: Some(storage), ..self }
    }

    /// What changed lately. By default a view that the database's own connections keep, or, with another
    /// [`Builder::storage`], one query each time.
    pub fn invalidations(self, invalidations: Arc<dyn Invalidations>) -> Self {
        Self { invalidations: Some(invalidations), ..self }
    }

    /// Password hashing, and where it looks whether anybody still waits for a request's answer. By default a
    /// pool of threads in this process.
    pub fn passwords(self, passwords: Arc<dyn Passwords>, live: LiveRequests) -> Self {
        Self { passwords: Some((passwords, live)), ..self }
    }

    /// Mail. By default what `smtp_url` says; without it, a folder of files, where `public_url` is of this machine and the database our own;
    /// else none.
    pub fn mailer(self, mailer: Arc<dyn Mailer>) -> Self {
        Self { mailer: Some(mailer), ..self }
    }

    /// Mail as with the default database, also with another [`Builder::storage`]: for whoever only looks whether a configuration is right.
    pub fn mail_as_configured(self) -> Self {
        Self { mail_as_configured: true, ..self }
    }

    /// How long a mail waits at most before it is delivered: chance picks the moment, so that what follows a request does not tell whether
    /// a mail was sent. By default a second. With zero it is delivered at once, for tests whose clock stands still.
    pub fn mail_within(self, within: Duration) -> Self {
        Self { mail_within: Some(within), ..self }
    }

    /// Whether answers that could be given again from memory are made anew, and compared: where one differs, that is logged, and the client
    /// gets 500. For tests. By default they are given again.
    pub fn compare_answers(self, compares_answers: bool) -> Self {
        Self { compares_answers, ..self }
    }

    /// Time. By default the operating system's.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Chance. By default the operating system's.
    pub fn random(self, random: Arc<dyn Random>) -> Self {
        Self { random: Some(random), ..self }
    }

    /// The precompiled component. By default the one that this program was built with.
    pub fn artefact(self, artefact: Artefact) -> Self {
        Self { artefact: Some(artefact), ..self }
    }

    /// Opens what was not given, and starts as many instances as the configuration says. Needs tokio's runtime.
    ///
    /// # Errors
    ///
    /// When something can't be opened or started. Nothing was changed then, except that a database may have
    /// been made or brought up to date.
    pub async fn build(self) -> Result<Server, BuildError> {
        let within = self.mail_within.unwrap_or(delivery::LONGEST_WAIT);
        let compares_answers = self.compares_answers;
        let Parts { config, imports, live, pool, artefact, checkpoints, database, outbox } =
            self.parts().await?;
        let checkpoints = checkpoints.map(|path| Checkpoints::open(&path)).transpose()?;
        let Imports { clock, random, metrics, mailer, mail_committed, .. } = imports.clone();
        let answers = AnswerMemory::new(config.answer_memory, &imports)?;
        let chance = random.clone();
        if !mailer.is_available() {
            tracing::warn!("smtp_url is not set: there is no mail, and what needs it answers 404");
        }
        let program = Program::load(&artefact, imports).map_err(StartError::from)?;
        let workers =
            Workers::start(program, config.workers, config.queue, clock.clone(), metrics.clone()).await?;
        if let Some(database) = &database {
            database.restrict();
        }
        let bounds = Bounds::in_all(config.send_buffer);
        let egress = |bounds| Egress::new(config.write_timeout, bounds, clock.clone(), metrics.clone());
        let management_egress = egress(bounds.eighth());
        let connections = Connections {
            header_timeout: config.header_timeout,
            write_timeout: config.write_timeout,
            drain_timeout: config.drain_timeout,
            limit: descriptors::bound(config.connections),
            of_address: ConnectionLimit::new(config.connections_per_address, config.trusted_proxies.clone()),
            metrics: metrics.clone(),
            clock: clock.clone(),
            count: metrics.connections.clone(),
            egress: egress(bounds),
        };
        // Whether housekeeping ever succeeds, time tells from now on.
        metrics.sealed(0, 0, clock.now());
        let calendar = Calendar::of(clock.as_ref());
        let shared = Arc::new(Shared {
            workers,
            policy: policy(&config)?,
            metrics,
            requests: RequestLimit::new(
                config.requests_per_second,
                config.trusted_proxies.clone(),
                clock.clone(),
            ),
            clock,
            draining: AtomicBool::new(false),
            request_ids: RequestIds::new(random),
            answers,
            compares_answers,
            live,
            pool,
            internal_networks: InternalNetworks::of(&config),
            health_on_listen: config.health_on_listen,
            trusted_proxies: config.trusted_proxies,
            log_client_address: config.log_client_address,
            body_timeout: config.body_timeout,
            request_timeout: config.request_timeout,
            bodies: Budget::new(config.queue.saturating_mul(LARGEST_BODY), FREE),
            turns: Budget::new(config.queue + config.workers.saturating_mul(IN_FLIGHT), 0),
            documents: Arc::default(),
            checkpoints,
            database,
            outbox,
            readiness: SingleFlight::default(),
            last_readiness: std::sync::Mutex::default(),
            housekeeping: Mutex::default(),
            calendar,
        });
        if let Err(problem) = housekeeping::compare_audit_log(&shared).await {
            // Housekeeping tries again before it seals. Whoever edits the audit log shall not keep anybody from signing in.
            tracing::error!(error = problem, "the audit log can't be compared with its newest checkpoint");
        }
        tokio::spawn(housekeeping::keep_house(Arc::downgrade(&shared)));
        if mailer.is_available() {
            let begins = delivery::Begins { committed: mail_committed, within, random: chance };
            delivery::start(&shared, &begins);
        }
        Ok(Server { shared, connections, management_egress })
    }

    /// One instance without a server, for commands. It has not been started: call [`Instance::start`] first,
    /// except for `maintenance.settings`.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub async fn instance(self) -> Result<Instance, BuildError> {
        let Parts { imports, artefact, .. } = self.parts().await?;
        let program = Program::load(&artefact, imports).map_err(StartError::from)?;
        Ok(program.instance().await?)
    }

    async fn parts(self) -> Result<Parts, BuildError> {
        let config = match self.config {
            Some(config) => config,
            None => Config::from_pairs([])?,
        };
        // Whoever brings a database of their own has no data folder, unless they say so.
        let keeps_checkpoints = self.storage.is_none() || config.audit_checkpoint_file.is_some();
        let is_own = self.storage.is_none();
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::default()));
        let random = self.random.unwrap_or_else(|| Arc::new(SystemRandom));
        let Opened { storage, invalidations: own, file: database } = match self.storage {
            Some(storage) => Opened {
                storage: storage.clone(),
                invalidations: Arc::new(QueriedInvalidations(storage)),
                file: None,
            },
            None => open(&config, clock.clone(), random.clone()).await?,
        };
        let invalidations = self.invalidations.unwrap_or(own);
        let metrics = Arc::new(Metrics::new());
        let (passwords, live, pool) = match self.passwords {
            Some((passwords, live)) => (passwords, live, None),
            None => {
                let live = LiveRequests::default();
                let pool = pool(&config, random.clone(), live.clone())?;
                let pool = Arc::new(pool.measuring(clock.clone(), metrics.password_waits.clone()));
                (pool.clone() as Arc<dyn Passwords>, live, Some(pool))
            }
        };
        let outbox = (is_own || self.mail_as_configured).then(|| outbox(&config, clock.clone())).flatten();
        let mailer = match self.mailer {
            Some(mailer) => mailer,
            None => mailer(&config, outbox.clone(), clock.clone())?,
        };
        let imports = Imports {
            mailer,
            mail_committed: Arc::default(),
            storage,
            invalidations,
            passwords,
            config: Arc::new(config.component.clone()),
            clock,
            random,
            metrics,
            // A use case that waits for two of them is still answered in time.
            limit: config.request_timeout / 2,
        };
        let artefact = self.artefact.unwrap_or_else(Artefact::embedded);
        let checkpoints = config.checkpoint_file().filter(|_| keeps_checkpoints);
        Ok(Parts { config, imports, live, pool, artefact, checkpoints, database, outbox })
    }
}

struct Parts {
    config: Config,
    imports: Imports,
    live: LiveRequests,
    /// The default pool, whose queue the metrics tell.
    pool: Option<Arc<Pool>>,
    artefact: Artefact,
    /// The file that checkpoints are kept in.
    checkpoints: Option<PathBuf>,
    /// The file of the database, where that is our own.
    database: Option<DatabaseFile>,
    /// The folder that mails become files in, where they do.
    outbox: Option<Arc<Folder>>,
}

/// The folder of mails: where nobody but this machine reaches the service, and no server takes mails.
fn outbox(config: &Config, clock: Arc<dyn Clock>) -> Option<Arc<Folder>> {
    let is_of_this_machine = config.public_url.host_str().is_some_and(is_loopback);
    (is_of_this_machine && config.smtp_url.is_none()).then(|| Arc::new(Folder::new(&config.data, clock)))
}

fn mailer(
    config: &Config,
    outbox: Option<Arc<Folder>>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Mailer>, BuildError> {
    let name = config.public_url.host_str().unwrap_or("localhost");
    Ok(match (&config.smtp_url, outbox) {
        (Some(url), _) => Arc::new(Smtp::new(url, name, clock)?),
        (None, Some(folder)) => folder,
        (None, None) => Arc::new(NoMail),
    })
}

/// The database, and what is known of its changes.
struct Opened {
    storage: Arc<dyn Storage>,
    invalidations: Arc<dyn Invalidations>,
    /// Where it is one.
    file: Option<DatabaseFile>,
}

async fn open(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Opened, BuildError> {
    // Mails and checkpoints are there, wherever the database is.
    secret::create_folder(&config.data)?;
    let Some(url) = &config.database_url else {
        let database = Arc::new(Sqlite::open(SqliteOptions::new(config.database()), clock)?);
        let (invalidations, file) = (database.invalidations(), Some(database.file().clone()));
        return Ok(Opened { storage: database, invalidations, file });
    };
    let (readers, bound) = (config.database_connections, config.revocation_bound);
    let database = Arc::new(Postgres::open(url, readers, bound, clock, random).await?);
    let invalidations = database.invalidations();
    Ok(Opened { storage: database, invalidations, file: None })
}

fn pool(config: &Config, random: Arc<dyn Random>, live: LiveRequests) -> Result<Pool, BuildError> {
    let blocklist = match &config.password_blocklist {
        Some(file) => fs::read(file).map_err(|error| BuildError::Blocklist(file.clone(), error))?,
        None => Vec::new(),
    };
    // Hashes and estimates that wait each hold one of the calls that the instances work on at a time: together no more
    // than half of them, so that whoever hashes passwords holds up nobody who reads sessions.
    let most = config.workers * IN_FLIGHT / 4;
    let options = PoolOptions {
        threads: config.password_threads,
        places: config.password_queue.min(most),
        blocklist: Blocklist::parse(&blocklist),
    };
    Pool::start(options, random, live).map_err(BuildError::Threads)
}

fn policy(config: &Config) -> Result<Policy, InvalidOrigin> {
    let hsts = (config.hsts_seconds > 0).then(|| Hsts {
        max_age: u32::try_from(config.hsts_seconds).unwrap_or(u32::MAX),
        include_subdomains: config.hsts_include_subdomains,
        preload: config.hsts_preload,
    });
    let origins = config.trusted_origins.iter().map(|origin| Origin::parse(origin));
    Ok(Policy::new(hsts, origins.collect::<Result<_, _>>()?))
}
