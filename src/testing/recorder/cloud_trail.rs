//! Recorded calls in the format of CloudTrail.

use core::fmt;

use serde_json::{Map, Value, json};

use crate::access::Caller;
use crate::context::EncryptionContext;
use crate::key::{AccountId, AliasArn, Place};
use crate::operation::Operation;
use crate::testing::timestamp;

use super::call::{RecordedCall, RecordedKey, RecordedNamedKey};
use super::calls::Calls;

impl Calls {
    /// The calls as a log file of CloudTrail: `{"Records": […]}`, with a record per call as in
    /// [`RecordedCall::to_cloud_trail`]. `eventID` and `requestID` count the calls.
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
    /// The call as a record of CloudTrail, in JSON: the members of the developer guide's examples (version 1.11) that
    /// an in-process call has. No member contains a ciphertext.
    ///
    /// For a control operation it has the key, the alias and `dryRun`; other parameters of the request and `responseElements`
    /// are not recorded.
    ///
    /// `eventTime` is present if the recorder has a clock. The record has no IP address and no access key; `eventID`
    /// and `requestID` are made up.
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
            "requestParameters": Some(self.request_parameters()).filter(|members| !members.is_empty()),
            "responseElements": null,
            "requestID": id,
            "eventID": id,
            "readOnly": self.operation().is_read_only(),
            "resources": self.resources(),
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.caller().account().map(AccountId::as_str),
            "eventCategory": "Management",
        });
        let Some(members) = record.as_object_mut() else {
            return record;
        };
        if let Some(time) = self.time() {
            insert(members, "eventTime", timestamp::write_seconds(time));
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

    /// The request's parameters: algorithms even if the request did not name them, and no empty contexts.
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
            Operation::GenerateDataKey
                | Operation::GenerateDataKeyPair
                | Operation::GenerateDataKeyPairWithoutPlaintext
                | Operation::GenerateDataKeyWithoutPlaintext
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
        if let Some(alias) = self.alias_name() {
            insert(&mut parameters, "aliasName", alias);
        }
        if let Some(key_id) = self.key().and_then(RecordedNamedKey::key_id) {
            let name = match self.operation() {
                Operation::CreateAlias | Operation::UpdateAlias => "targetKeyId",
                _ => "keyId",
            };
            insert(&mut parameters, name, key_id.to_string());
        }
        if self.dry_run() {
            insert(&mut parameters, "dryRun", true);
        }
        parameters
    }

    /// The alias and the keys that are known: the source before the destination. Listing aliases uses none of them.
    fn resources(&self) -> Vec<Value> {
        if self.operation() == Operation::ListAliases {
            return Vec::new();
        }
        let named = self.key().and_then(RecordedNamedKey::key_arn);
        let keys = [self.source(), self.destination()]
            .into_iter()
            .flatten()
            .filter_map(RecordedKey::key_arn)
            .chain(named)
            .map(|key| resource(key.account(), key));
        let alias = self
            .alias()
            .map(|alias| resource(&alias.place().account, &alias));
        alias.into_iter().chain(keys).collect()
    }

    /// The alias in the caller's account; `None` if its name is not an alias name.
    fn alias(&self) -> Option<AliasArn> {
        let name = self.alias_name()?.parse().ok()?;
        let place = Place::new(*self.caller().account()?, *self.region());
        Some(AliasArn::new(place, name))
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
    let mut identity = Map::new();
    let (Some(principal), Some(account)) = (caller.principal(), caller.account()) else {
        insert(&mut identity, "type", "AWSService");
        insert(&mut identity, "invokedBy", caller.to_string());
        return identity.into();
    };
    let arn = principal.to_string();
    let resource = arn.rsplit(':').next().unwrap_or_default();
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    let kind = match kind {
        "root" => "Root",
        "user" => "IAMUser",
        "assumed-role" => "AssumedRole",
        "federated-user" => "FederatedUser",
        _ => "Role",
    };
    insert(&mut identity, "type", kind);
    insert(&mut identity, "arn", arn.as_str());
    insert(&mut identity, "accountId", account.as_str());
    if kind == "IAMUser" {
        let name = name.rsplit('/').next().unwrap_or_default();
        insert(&mut identity, "userName", name);
    }
    if let Some(service) = caller.via_service() {
        insert(&mut identity, "invokedBy", service);
    }
    identity.into()
}

fn resource(account: &AccountId, arn: &impl fmt::Display) -> Value {
    json!({
        "accountId": account.as_str(),
        "type": "AWS::KMS::Key",
        "ARN": arn.to_string(),
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
