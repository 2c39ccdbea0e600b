import CTorch

/// Where a tensor's memory is.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    /// The kind of memory, numbered as LibTorch numbers it.
    package enum Kind: Int8, Sendable {
        /// Main memory.
        case cpu = 0
        /// The memory of a CUDA device.
        case cuda = 1
        /// No memory: tensors have shapes and types, and no elements.
        case meta = 14
    }
    /// The kind of device.
    package let kind: Kind
    /// Which of several devices of a kind; -1 for the processor.
    package let index: Int

    /// Main memory.
    public static let cpu = Device(kind: .cpu, index: -1)
    /// The first CUDA device.
    public static let cuda = Device(kind: .cuda, index: 0)

    /// No memory: a model that is made here tells its parameters' shapes, whatever its size.
    package static let meta = Device(kind: .meta, index: -1)

    /// Names a device; whether it is there shows when a tensor is made on it.
    package init(kind: Kind, index: Int) {
        self.kind = kind
        self.index = index
    }

    /// Whether it is a CUDA device, whichever of several.
    public var isCUDA: Bool { kind == .cuda }

    /// `cpu`, `cuda:0`, or `meta`.
    public var description: String { kind == .cuda ? "cuda:\(index)" : "\(kind)" }
}

/// Which device a user asks for.
public enum DeviceChoice: String, Sendable, CaseIterable {
    /// CUDA where it is usable, else the processor.
    case auto
    /// The processor.
    case cpu
    /// CUDA, or an error that says why not.
    case cuda

    /// The device that the choice means on this machine.
    ///
    /// - Throws: ``TorchError/unavailableDevice(name:reason:)``.
    public func resolve() throws -> Device {
        switch self {
        case .cpu: return .cpu
        case .auto: return Engine.cudaUnavailability == nil ? .cuda : .cpu
        case .cuda:
            if let reason = Engine.cudaUnavailability {
                throw TorchError.unavailableDevice(name: "cuda", reason: reason)
            }
            return .cuda
        }
    }
}
