//! [`Answer`]: the answer of a KMS to a request.

use serde_json::Value;

/// The answer of a KMS to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON. An empty body counts as an empty object, since KMS sends none for an operation without output.
    /// `None` if the body is not JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Some(Value::Object(serde_json::Map::new()));
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// The exception: `__type`, without the namespace that some servers put before it.
    pub(crate) fn code(&self) -> Option<String> {
        let body = self.json()?;
        let code = body.get("__type")?.as_str()?;
        Some(code.rsplit('#').next().unwrap_or(code).to_owned())
    }

    /// The message of the exception. AWS writes `Message` for some exceptions.
    pub(crate) fn message(&self) -> Option<String> {
        let body = self.json()?;
        let message = body.get("message").or_else(|| body.get("Message"))?;
        message.as_str().map(str::to_owned)
    }

    pub(crate) const fn is_success(&self) -> bool {
        self.status == 200
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let same = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(same)
            .map(|(_, value)| value.as_str())
    }
}
