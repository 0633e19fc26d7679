//! Where the encryption contexts of a row come from.

use serde::Serialize;

use super::template::Template;
use super::{Context, Malformed, Record};

/// Where a context comes from: a column, pairs made from other columns, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ContextRule {
    pub(crate) column: Option<String>,
    /// Names of pairs, and templates of their values.
    pub(crate) pairs: Vec<(String, Template)>,
}

/// Where the context of the destination comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum DestinationContext {
    /// It is that of the source.
    Same,
    By(ContextRule),
}

impl ContextRule {
    pub(super) fn of(&self, record: &Record<'_>) -> Result<Context, Malformed> {
        let mut context = match &self.column {
            Some(column) => record.context(column)?,
            None => Context::new(),
        };
        for (name, template) in &self.pairs {
            let value = template.fill(|column| record.text(column))?;
            if context.insert(name.clone(), value).is_some() {
                return Err(Malformed(format!(
                    "the encryption context has {name} twice: once in its column, and once from the command line"
                )));
            }
        }
        Ok(context)
    }
}

impl DestinationContext {
    /// `None` if it is that of the source.
    pub(super) fn of(&self, record: &Record<'_>) -> Result<Option<Context>, Malformed> {
        match self {
            Self::Same => Ok(None),
            Self::By(rule) => rule.of(record).map(Some),
        }
    }
}
