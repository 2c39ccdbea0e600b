import Foundation

/// Modules by what they were compiled for, for the life of the process.
package final class CUDAModuleCache<Key: Hashable & Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var modules: [Key: CUDAModule] = [:]

    /// An empty cache.
    package init() {}

    /// The module of a key, made where there is none yet.
    ///
    /// - Throws: What `make` throws.
    package func callAsFunction(_ key: Key, _ make: () throws -> CUDAModule) rethrows -> CUDAModule {
        try lock.withLock {
            if let known = modules[key] { return known }
            let made = try make()
            modules[key] = made
            return made
        }
    }
}
