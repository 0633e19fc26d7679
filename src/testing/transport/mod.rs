//! Faults of the transport between the official SDK and KMS.

mod client;
mod fault;
mod script;

pub use client::FaultyHttpClient;
pub use fault::TransportFault;
pub use script::TransportFaults;
