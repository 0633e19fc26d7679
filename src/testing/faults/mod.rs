//! Fault injection: a provider that fails when it is told to.

mod fault;
mod provider;
mod script;

pub use fault::{Fault, ProviderCall};
pub use provider::FaultyProvider;
pub use script::Faults;
