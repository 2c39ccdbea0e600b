import Autoencoders
import Files
import Foundation
import Torch

extension ModelFolder {
    /// A model as far as it is known without its weights.
    package struct Outline {
        /// The resolved configuration.
        package let configuration: RunConfiguration
        /// The model on `Device.meta`: its parameters have names and shapes, and no values.
        package let model: any Autoencoder
        /// Why the stored weights cannot be used; `nil` where they can.
        package let problem: (any Error)?
    }

    /// Reads the configuration, and checks the weights without loading them.
    ///
    /// It is made by the code that makes the model, and takes no memory for parameters, whatever their number.
    ///
    /// - Throws: `FileError` where the configuration is missing, `ConfigurationError` where it is not one.
    package func outline() throws -> Outline {
        let configuration = try configuration()
        let model = try configuration.makeAutoencoder(on: .meta)
        do {
            try checkWeights(of: model.parameters)
            return Outline(configuration: configuration, model: model, problem: nil)
        } catch {
            return Outline(configuration: configuration, model: model, problem: error)
        }
    }

    /// Checks that the stored weights are those of parameters, and finite, without loading them.
    ///
    /// - Throws: `FileError`; `TorchError.mismatchedParameters` with every weight that does not fit.
    package func checkWeights(of parameters: ParameterStore) throws {
        let file = try SafetensorsFile(weightsFile, remedy: weightsRemedy)
        try parameters.check(file.shapes, source: weightsFile.path)
        try refuse(spoilt: file.notFinite())
    }
}
