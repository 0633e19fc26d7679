//! Imported key material, which other programs send wrapped.

use std::time::SystemTime;

use crate::access::{Action, Parameters};
use crate::constraints::Constraints;
use crate::error::{KmsError, ValidationError};
use crate::key::{ExpirationModel, KeyArn, KeyMaterialId, KeySpec, model_enum};
use crate::keyring::{ImportParameters, WrappingAlgorithm, WrappingKeySpec, only_symmetric};

use super::Control;
use super::model::{KEY_MATERIAL_DESCRIPTION, KEY_MATERIAL_ID};

model_enum! {
    /// Whether imported material is new to its key: `ImportType`.
    ImportType {
        NewKeyMaterial = "NEW_KEY_MATERIAL",
        ExistingKeyMaterial = "EXISTING_KEY_MATERIAL",
    }
}

/// The members of `GetParametersForImport`.
#[derive(Debug, Default)]
pub(crate) struct ParametersRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) wrapping_algorithm: Option<&'a str>,
    pub(crate) wrapping_key_spec: Option<&'a str>,
}

/// The members of `ImportKeyMaterial`.
#[derive(Debug, Default)]
pub(crate) struct ImportKeyMaterialRequest<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) import_token: Option<&'a [u8]>,
    pub(crate) encrypted_key_material: Option<&'a [u8]>,
    pub(crate) valid_to: Option<SystemTime>,
    pub(crate) expiration_model: Option<&'a str>,
    pub(crate) import_type: Option<&'a str>,
    pub(crate) key_material_description: Option<&'a str>,
    pub(crate) key_material_id: Option<&'a str>,
}

impl Control<'_> {
    pub(crate) fn get_parameters_for_import(
        &self,
        request: &ParametersRequest<'_>,
    ) -> Result<ImportParameters, KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", request.key_id);
        let algorithm = constraints.value(
            "wrappingAlgorithm",
            request.wrapping_algorithm,
            WrappingAlgorithm::ALL,
        );
        let spec = constraints.value(
            "wrappingKeySpec",
            request.wrapping_key_spec,
            WrappingKeySpec::ALL,
        );
        let (key_id, algorithm, spec) =
            constraints.finish(|| Some((key_id?, algorithm?, spec?)))?;
        let parameters = Parameters {
            wrapping_algorithm: Some(algorithm.as_str()),
            wrapping_key_spec: Some(spec.as_str()),
            ..Parameters::default()
        };
        let key = self.authorized_with(Action::GetParametersForImport, &key_id, parameters)?;
        self.keyring.parameters_for_import(key, algorithm, spec)
    }

    /// Returns the key, and the id of the material of a symmetric key.
    pub(crate) fn import_key_material(
        &self,
        request: &ImportKeyMaterialRequest<'_>,
    ) -> Result<(KeyArn, Option<KeyMaterialId>), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", request.key_id);
        let token = constraints.blob("importToken", request.import_token);
        let wrapped = constraints.blob("encryptedKeyMaterial", request.encrypted_key_material);
        let model = constraints.optional_value(
            "expirationModel",
            request.expiration_model,
            ExpirationModel::ALL,
        );
        let import_type =
            constraints.optional_value("importType", request.import_type, ImportType::ALL);
        let description = request.key_material_description;
        constraints.optional_text(
            "keyMaterialDescription",
            description,
            &KEY_MATERIAL_DESCRIPTION,
        );
        let expected = constraints.key_material_id(request.key_material_id);
        let (key_id, token, wrapped) = constraints.finish(|| Some((key_id?, token?, wrapped?)))?;
        let parameters = Parameters {
            expiration_model: model,
            valid_to: request.valid_to,
            ..Parameters::default()
        };
        let key = self.authorized_with(Action::ImportKeyMaterial, &key_id, parameters)?;
        let mut material = self.keyring.unwrap_key_material(key, token, wrapped)?;
        // By default imported material expires (API reference).
        match (model, request.valid_to) {
            (None | Some(ExpirationModel::KeyMaterialExpires), None) => {
                return Err(ValidationError::ValidToRequired.into());
            }
            (Some(ExpirationModel::KeyMaterialDoesNotExpire), Some(_)) => {
                return Err(ValidationError::ExpirationModel.into());
            }
            _ => {}
        }
        material = material
            .set_valid_to(request.valid_to)
            .set_description(description.map(str::to_owned))
            .set_key_material_id(expected);
        let is_symmetric = self.keyring.describe_key(key)?.key_spec() == KeySpec::SymmetricDefault;
        if import_type.is_some() && !is_symmetric {
            return Err(only_symmetric("ImportType"));
        }
        if import_type == Some(ImportType::NewKeyMaterial) {
            material = material.as_new_key_material();
        }
        let id = self.keyring.import_key_material(key, material)?;
        Ok((key, id))
    }

    /// Returns the key and the id of the deleted material.
    pub(crate) fn delete_imported_key_material(
        &self,
        key_id: Option<&str>,
        key_material_id: Option<&str>,
    ) -> Result<(KeyArn, Option<KeyMaterialId>), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let id = constraints.key_material_id(key_material_id);
        let key_id = constraints.finish(|| key_id)?;
        let key = self.authorized(Action::DeleteImportedKeyMaterial, &key_id)?;
        let current = self.keyring.describe_key(key)?;
        let id = id.or_else(|| current.current_key_material_id().copied());
        self.keyring.delete_imported_key_material(key, id)?;
        Ok((key, id))
    }
}

impl Constraints {
    fn key_material_id(&mut self, text: Option<&str>) -> Option<KeyMaterialId> {
        self.optional_text("keyMaterialId", text, &KEY_MATERIAL_ID);
        text?.parse().ok()
    }
}
