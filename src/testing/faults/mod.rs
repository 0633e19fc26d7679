//! Fault injection: a provider that fails on demand.

mod fault;
mod provider;
mod script;

pub use fault::{Fault, ProviderCall};
pub use provider::FaultyProvider;
pub use script::Faults;
