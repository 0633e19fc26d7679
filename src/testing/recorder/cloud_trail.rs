//! Recorded calls in the shape of CloudTrail's log entries.

use core::time::Duration;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::access::Caller;
use crate::context::EncryptionContext;
use crate::key::KeyArn;
use crate::observe::Operation;

use super::call::{RecordedCall, RecordedKey};
use super::calls::Calls;

impl Calls {
    /// The calls as a log file of CloudTrail: `{"Records": […]}`, a record for each as
    /// [`RecordedCall::to_cloud_trail`] has it. `eventID` and `requestID` count the calls.
    #[must_use]
    pub fn to_cloud_trail(&self) -> String {
        let records: Vec<Value> = (1..)
            .zip(self.as_slice())
            .map(|(number, call)| call.record(number))
            .collect();
        json!({ "Records": records }).to_string()
    }
}

impl RecordedCall {
    /// The call as a record of CloudTrail, in JSON: the members of the developer guide's examples (version 1.11) that an
    /// in-process call has. Ciphertext is in none of them.
    ///
    /// `eventTime` is there if the recorder has a clock. There is no IP address and no access key; `eventID` and
    /// `requestID` are made up.
    ///
    /// ```
    /// use kms_reencrypt::testing::Recorder;
    /// use kms_reencrypt::{GenerateDataKeyRequest, Keyring, KeySpec, Kms};
    ///
    /// let keyring = Keyring::new("111122223333", "us-east-2")?;
    /// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
    /// let recorder = Recorder::new();
    /// let kms = Kms::new(keyring).with_observer(recorder.clone());
    /// let request = GenerateDataKeyRequest::builder().key_id(key).number_of_bytes(32);
    /// kms.generate_data_key_without_plaintext(&request.build()?)?;
    ///
    /// // The code under test reads audit logs.
    /// let record = recorder.calls().last().expect("one call").to_cloud_trail();
    /// let record: serde_json::Value = serde_json::from_str(&record)?;
    /// assert_eq!(record["eventName"], "GenerateDataKeyWithoutPlaintext");
    /// assert_eq!(record["resources"][0]["ARN"], key.to_string());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_cloud_trail(&self) -> String {
        self.record(1).to_string()
    }

    fn record(&self, number: u64) -> Value {
        let id = format!("00000000-0000-4000-8000-{number:012x}");
        let via = self.caller().via_service();
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": user_identity(self.caller()),
            "eventSource": "kms.amazonaws.com",
            "eventName": self.operation().as_str(),
            "awsRegion": self.region().as_str(),
            "sourceIPAddress": via.unwrap_or("127.0.0.1"),
            "userAgent": via.unwrap_or(concat!("kms-reencrypt/", env!("CARGO_PKG_VERSION"))),
            "requestParameters": self.request_parameters(),
            "responseElements": null,
            "requestID": id,
            "eventID": id,
            "readOnly": true,
            "resources": self.resources(),
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.caller().account().as_str(),
            "eventCategory": "Management",
        });
        let Some(members) = record.as_object_mut() else {
            return record;
        };
        if let Some(time) = self.time() {
            insert(members, "eventTime", timestamp(time));
        }
        match self.result() {
            Ok(()) => {
                let data = self.additional_event_data();
                if !data.is_empty() {
                    insert(members, "additionalEventData", data);
                }
            }
            Err(error) => {
                // CloudTrail's own code for any service's refusal of a permission.
                let code = match error.code() {
                    "AccessDeniedException" => "AccessDenied",
                    code => code,
                };
                insert(members, "errorCode", code);
                let message = error.to_string();
                if !message.is_empty() {
                    insert(members, "errorMessage", message);
                }
            }
        }
        record
    }

    /// With the algorithms even where the request did not name them; without empty contexts.
    fn request_parameters(&self) -> Map<String, Value> {
        let names = match self.operation() {
            Operation::ReEncrypt => [
                ("sourceKeyId", "sourceEncryptionAlgorithm"),
                ("destinationKeyId", "destinationEncryptionAlgorithm"),
            ],
            _ => [("keyId", "encryptionAlgorithm"); 2],
        };
        let contexts = match self.operation() {
            Operation::ReEncrypt => ["sourceEncryptionContext", "destinationEncryptionContext"],
            _ => ["encryptionContext"; 2],
        };
        let has_algorithm = !matches!(
            self.operation(),
            Operation::GenerateDataKey | Operation::GenerateDataKeyWithoutPlaintext
        );
        let mut parameters = Map::new();
        let keys = [self.source(), self.destination()];
        for ((key, (key_id, algorithm)), context) in keys.into_iter().zip(names).zip(contexts) {
            let Some(key) = key else { continue };
            if let Some(named) = key.key_id() {
                insert(&mut parameters, key_id, named.to_string());
            }
            if has_algorithm {
                insert(&mut parameters, algorithm, key.algorithm().as_str());
            }
            if !key.encryption_context().is_empty() {
                insert(&mut parameters, context, pairs(key.encryption_context()));
            }
        }
        if self.dry_run() {
            insert(&mut parameters, "dryRun", true);
        }
        parameters
    }

    /// The keys that are known: the source before the destination.
    fn resources(&self) -> Vec<Value> {
        [self.source(), self.destination()]
            .into_iter()
            .flatten()
            .filter_map(RecordedKey::key_arn)
            .map(resource)
            .collect()
    }

    fn additional_event_data(&self) -> Map<String, Value> {
        let names = match self.operation() {
            Operation::ReEncrypt => ["sourceKeyMaterialId", "destinationKeyMaterialId"],
            _ => ["keyMaterialId"; 2],
        };
        let mut data = Map::new();
        for (name, key) in names.into_iter().zip([self.source(), self.destination()]) {
            if let Some(id) = key.and_then(RecordedKey::key_material_id) {
                insert(&mut data, name, id.to_string());
            }
        }
        data
    }
}

fn user_identity(caller: &Caller) -> Value {
    let arn = caller.to_string();
    let resource = arn.rsplit(':').next().unwrap_or_default();
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    let kind = match kind {
        "root" => "Root",
        "user" => "IAMUser",
        "assumed-role" => "AssumedRole",
        _ => "Role",
    };
    let mut identity = Map::new();
    insert(&mut identity, "type", kind);
    insert(&mut identity, "arn", arn.as_str());
    insert(&mut identity, "accountId", caller.account().as_str());
    if kind == "IAMUser" {
        let name = name.rsplit('/').next().unwrap_or_default();
        insert(&mut identity, "userName", name);
    }
    if let Some(service) = caller.via_service() {
        insert(&mut identity, "invokedBy", service);
    }
    identity.into()
}

fn resource(key: &KeyArn) -> Value {
    json!({
        "accountId": key.account().as_str(),
        "type": "AWS::KMS::Key",
        "ARN": key.to_string(),
    })
}

fn pairs(context: &EncryptionContext) -> Map<String, Value> {
    context
        .iter()
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect()
}

fn insert(members: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    members.insert(name.to_owned(), value.into());
}

/// `2026-01-01T00:00:00Z`
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.as_ref().map_or(0, Duration::as_secs);
    let (days, seconds) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date that is so many days after the first of 1970, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is a year's last, in eras of 400 years, which all have the same days.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use super::timestamp;

    #[test]
    fn times_are_written_as_cloud_trail_does() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_582_934_400, "2020-02-29T00:00:00Z"),
            (1_747_942_495, "2025-05-22T19:34:55Z"),
            (1_767_225_600, "2026-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(timestamp(time), text);
        }
    }
}
