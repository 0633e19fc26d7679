//! [`Facts`]: what a run knows before it begins, and [`Ledger`]: what it has made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::case::Principal;
use crate::values::at;

/// What a run knows before it begins.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Facts {
    /// Whether the endpoint is AWS.
    #[serde(default)]
    pub aws: bool,
    /// The account of the owner.
    pub account: String,
    /// The Region of the run.
    pub region: String,
    /// Another Region, for replicas.
    pub abroad: String,
    /// The account of the stranger.
    pub other_account: String,
    /// The ARNs of the principals that are available.
    pub principals: BTreeMap<Principal, String>,
    /// A word that no other run has: the names of aliases begin with it.
    pub run: String,
    /// A well-formed key id that no key has.
    pub nowhere: String,
    /// The same, of a multi-Region key.
    pub nowhere_mrk: String,
}

impl Facts {
    /// The facts of a run without principals. `run` has eight hexadecimal digits.
    #[must_use]
    pub fn new(account: &str, region: &str, abroad: &str, run: &str) -> Self {
        Self {
            aws: false,
            account: account.to_owned(),
            region: region.to_owned(),
            abroad: abroad.to_owned(),
            other_account: String::new(),
            principals: BTreeMap::new(),
            run: run.to_owned(),
            nowhere: format!("{run}-0000-4000-8000-000000000000"),
            nowhere_mrk: format!("mrk-{run}000000000000000000000000"),
        }
    }

    /// The partition of the Region.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            _ if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The value of a name that every run knows.
    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        let principals = Principal::ALL.into_iter().filter_map(|principal| {
            let arn = self.principals.get(&principal)?;
            Some((principal.name().to_owned(), json!({"Arn": arn})))
        });
        let mut facts = json!({
            "account": self.account,
            "abroad": self.abroad,
            "nowhere": self.nowhere,
            "nowhere_mrk": self.nowhere_mrk,
            "other_account": self.other_account,
            "partition": self.partition(),
            "region": self.region,
            "run": self.run,
        });
        facts.as_object_mut()?.extend(principals);
        at(&facts, path).cloned()
    }
}

/// What a run has made, and has to remove.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Ledger {
    /// Keys, in the order in which they were made.
    pub keys: Vec<MadeKey>,
    /// Aliases.
    pub aliases: Vec<MadeAlias>,
}

/// A key that a run has made.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct MadeKey {
    /// Its ARN.
    pub arn: String,
    /// Its Region.
    pub region: String,
    /// Who made it.
    pub principal: Principal,
}

/// An alias that a run has made.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct MadeAlias {
    /// Its name.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Who made it.
    pub principal: Principal,
}
