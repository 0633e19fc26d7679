//! [`Plain`]: a text that needs no escaping.

use crate::key::{KeyArn, KeyMaterialId};

/// A text that needs no escaping in JSON, such as a value of the service model. It is written without `fmt`, which takes
/// longer than the texts of all results together.
pub(super) trait Plain {
    fn push_to(&self, json: &mut Vec<u8>);
}

impl Plain for str {
    fn push_to(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(self.as_bytes());
    }
}

impl Plain for KeyArn {
    fn push_to(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"arn:");
        json.extend_from_slice(self.region().partition().as_bytes());
        json.extend_from_slice(b":kms:");
        json.extend_from_slice(self.region().as_bytes());
        json.extend_from_slice(b":");
        json.extend_from_slice(self.account().as_bytes());
        json.extend_from_slice(b":key/");
        json.extend_from_slice(self.key_id().as_bytes());
    }
}

impl Plain for KeyMaterialId {
    fn push_to(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(self.digits().as_flattened());
    }
}

#[cfg(test)]
mod tests {
    use super::Plain;
    use crate::key::{KeyArn, KeyMaterialId};

    #[test]
    fn each_is_written_as_it_is_shown() {
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        for region in ["us-east-2", "cn-north-1", "us-gov-west-1"] {
            let region = region.parse::<crate::key::Region>().unwrap();
            let partition = region.partition();
            let text = format!("arn:{partition}:kms:{region}:111122223333:key/{id}");
            let arn: KeyArn = text.parse().unwrap();
            let mut written = Vec::new();
            arn.push_to(&mut written);
            assert_eq!(written, arn.to_string().into_bytes());
            assert_eq!(written, text.into_bytes());
        }
        let id = KeyMaterialId::from_bytes([0x9a; 32]);
        let mut written = Vec::new();
        id.push_to(&mut written);
        assert_eq!(written, id.to_string().into_bytes());
    }
}
