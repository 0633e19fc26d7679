//! [`Object`]: a JSON object that is written member by member.

use core::fmt::Display;
use core::time::Duration;
use std::time::SystemTime;

use serde::Serializer as _;

use super::base64;
use super::plain::Plain;

/// A JSON object under construction. Members keep the order in which they are added.
///
/// Every member is written after a comma. In the end the first comma becomes the bracket that opens the object.
#[derive(Debug)]
pub(super) struct Object(Vec<u8>);

impl Object {
    pub(super) fn new() -> Self {
        Self::with_room_for(0)
    }

    /// An object with room for `blobs` bytes of blobs and for the members around them. A blob may be a plaintext, and a
    /// buffer that grows leaves copies behind.
    pub(super) fn with_room_for(blobs: usize) -> Self {
        const AROUND: usize = 640;
        let written = base64::encoded_len(blobs);
        Self(Vec::with_capacity(AROUND.saturating_add(written)))
    }

    pub(super) fn text(mut self, name: &str, text: impl Display) -> Self {
        self.name(name);
        self.push_text(text);
        self
    }

    /// A text that needs no escaping, such as a key ARN or a value of the service model.
    #[inline(always)]
    pub(super) fn plain(mut self, name: &str, text: &(impl Plain + ?Sized)) -> Self {
        self.name(name);
        self.0.push(b'"');
        text.push_to(&mut self.0);
        self.0.push(b'"');
        self
    }

    #[inline(always)]
    pub(super) fn maybe_plain(self, name: &str, text: Option<&(impl Plain + ?Sized)>) -> Self {
        match text {
            Some(text) => self.plain(name, text),
            None => self,
        }
    }

    pub(super) fn maybe_text(self, name: &str, text: Option<impl Display>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    pub(super) fn texts(
        mut self,
        name: &str,
        texts: impl IntoIterator<Item = impl Display>,
    ) -> Self {
        self.name(name);
        self.list(texts, Self::push_text);
        self
    }

    /// A list of texts, omitted if it is empty, as AWS does for the algorithms that a key does not have.
    pub(super) fn some_texts(self, name: &str, texts: &[impl Display]) -> Self {
        if texts.is_empty() {
            self
        } else {
            self.texts(name, texts)
        }
    }

    pub(super) fn flag(mut self, name: &str, flag: bool) -> Self {
        self.name(name);
        self.push(if flag { "true" } else { "false" });
        self
    }

    pub(super) fn integer(mut self, name: &str, integer: impl Into<i64>) -> Self {
        self.name(name);
        self.push(&integer.into().to_string());
        self
    }

    pub(super) fn maybe_integer(self, name: &str, integer: Option<impl Into<i64>>) -> Self {
        match integer {
            Some(integer) => self.integer(name, integer),
            None => self,
        }
    }

    /// A timestamp in seconds since 1970, with milliseconds as in AWS.
    pub(super) fn maybe_time(mut self, name: &str, time: Option<SystemTime>) -> Self {
        let Some(time) = time else {
            return self;
        };
        let since = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        self.name(name);
        self.push(&since.as_secs().to_string());
        if since.subsec_millis() > 0 {
            self.push(&format!(".{:03}", since.subsec_millis()));
        }
        self
    }

    #[inline(always)]
    pub(super) fn blob(mut self, name: &str, bytes: &[u8]) -> Self {
        self.name(name);
        self.0.push(b'"');
        base64::encode(bytes, &mut self.0);
        self.0.push(b'"');
        self
    }

    /// An entry of a map. A caller chose its name, so the name may need escaping.
    pub(super) fn entry(mut self, name: &str, text: &str) -> Self {
        self.0.push(b',');
        self.push_text(name);
        self.0.push(b':');
        self.push_text(text);
        self
    }

    pub(super) fn object(mut self, name: &str, object: Self) -> Self {
        self.name(name);
        self.push_object(object);
        self
    }

    pub(super) fn objects(mut self, name: &str, objects: impl IntoIterator<Item = Self>) -> Self {
        self.name(name);
        self.list(objects, Self::push_object);
        self
    }

    pub(super) fn into_json(mut self) -> Vec<u8> {
        match self.0.first_mut() {
            Some(first) => *first = b'{',
            None => self.0.push(b'{'),
        }
        self.0.push(b'}');
        self.0
    }

    /// A name of the service model, which needs no escaping.
    #[inline(always)]
    fn name(&mut self, name: &str) {
        self.push(",\"");
        self.push(name);
        self.push("\":");
    }

    fn list<T>(&mut self, items: impl IntoIterator<Item = T>, push: impl Fn(&mut Self, T)) {
        self.0.push(b'[');
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            push(self, item);
        }
        self.0.push(b']');
    }

    fn push_text(&mut self, text: impl Display) {
        let written = serde_json::Serializer::new(&mut self.0).collect_str(&text);
        // Writing to a `Vec` cannot fail.
        debug_assert!(written.is_ok());
    }

    fn push_object(&mut self, object: Self) {
        self.0.extend_from_slice(&object.into_json());
    }

    #[inline(always)]
    fn push(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use super::Object;

    #[test]
    fn an_object_is_written_in_order() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_225_600_250);
        let json = Object::new()
            .text("Text", "a \"quoted\"\nline")
            .maybe_text("Nothing", None::<&str>)
            .plain("Plain", "7")
            .maybe_plain("Nothing", None::<&str>)
            .texts("Texts", ["a", "b"])
            .some_texts("NoTexts", &[""; 0])
            .flag("Flag", true)
            .integer("Integer", 7)
            .maybe_time("Time", Some(time))
            .maybe_time("Midnight", Some(SystemTime::UNIX_EPOCH))
            .blob("Blob", &[0xfb, 0xff])
            .object("Object", Object::new())
            .entry("a \"key\"\0", "")
            .entry("", "a \\value")
            .objects("Objects", [Object::new().flag("A", false), Object::new()])
            .into_json();
        assert_eq!(
            core::str::from_utf8(&json).unwrap(),
            concat!(
                r#"{"Text":"a \"quoted\"\nline","Plain":"7","Texts":["a","b"],"Flag":true,"Integer":7,"#,
                r#""Time":1767225600.250,"Midnight":0,"Blob":"+/8=","Object":{},"#,
                r#""a \"key\"\u0000":"","":"a \\value","#,
                r#""Objects":[{"A":false},{}]}"#,
            )
        );
    }

    #[test]
    fn a_buffer_with_room_does_not_grow() {
        let object = Object::with_room_for(2 * 6144);
        let capacity = object.0.capacity();
        let json = object
            .blob("A", &[7; 6144])
            .text("B", "b".repeat(500))
            .blob("C", &[7; 6144])
            .into_json();
        assert_eq!(json.capacity(), capacity);
        assert!(capacity < 2 * json.len());
    }
}
