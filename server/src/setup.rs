//! From the options to the parts of a server.

use std::sync::Arc;

use kms_reencrypt::testing::faults_file::load_faults;
use kms_reencrypt::testing::principals_file::load_principals;

use crate::Error;
use crate::callers::{Callers, UnsignedAs};
use crate::keys::{Beginning, Keys};
use crate::options::{CallerOptions, Options};
use crate::server::Limits;
use crate::snapshot::Snapshots;
use crate::tls::Tls;

/// Who the callers are.
pub(crate) fn callers(options: &CallerOptions) -> Result<Callers, Error> {
    let file = options.principals_file.as_ref().map(load_principals);
    let file = file
        .transpose()
        .map_err(|error| format!("--principals {error}"))?;
    let principals = options.principals.iter().cloned();
    let callers = Callers::new(options.account, principals, file.unwrap_or_default())
        .map_err(|error| format!("--principal: {error}"))?;
    let unsigned = match (&options.unsigned_as, options.allow_unsigned) {
        (Some(one), _) => one.clone(),
        (None, true) => UnsignedAs::Root,
        (None, false) => return Ok(callers),
    };
    callers.with_unsigned(unsigned, options.region)
}

/// The keys to begin with: of the snapshot if there is one, and otherwise of the seed file if there is one.
pub(crate) fn keys(
    options: &Options,
    callers: &Arc<Callers>,
    snapshots: Option<&Snapshots>,
) -> Result<Keys, Error> {
    let clock = options.keys.clock;
    if clock.is_manual() && !options.operation.control {
        return Err(
            "--clock manual: only the control route /clock moves it, so it needs --control".into(),
        );
    }
    let faults = options.keys.fault.as_ref().map(load_faults).transpose();
    let faults = faults.map_err(|error| format!("--fault {error}"))?;
    let beginning = Beginning {
        callers: Arc::clone(callers),
        seed: options.keys.seed.clone(),
        clock,
        faults: faults.unwrap_or_default(),
    };
    let keys = Keys::new(beginning, |keyring| match snapshots {
        Some(snapshots) => snapshots.load_into(keyring),
        None => Ok(false),
    })?;
    if let Some(snapshots) = snapshots {
        snapshots.try_out(&keys.ring().keyring)?;
    }
    Ok(keys)
}

pub(crate) fn limits(options: &Options) -> Limits {
    Limits {
        connections: options.network.max_connections.get(),
        web_pages: options.network.allow_web_pages,
        ..Limits::default()
    }
}

/// HTTPS, if it is asked for.
#[cfg(feature = "tls")]
pub(crate) fn tls(options: &Options) -> Result<Option<Tls>, Error> {
    match (&options.tls.tls_cert, &options.tls.tls_key) {
        (Some(certificate), Some(key)) => Tls::load(certificate, key).map(Some),
        // clap refuses one without the other.
        _ => Ok(None),
    }
}

/// HTTPS, which this build does not have.
#[cfg(not(feature = "tls"))]
#[expect(clippy::unnecessary_wraps, reason = "as that of a build with TLS")]
pub(crate) const fn tls(_options: &Options) -> Result<Option<Tls>, Error> {
    Ok(None)
}
