import Files
import Foundation

/// How many files a process may have open.
enum OpenFiles {
    /// With fewer, libraries of the system end the process with a trap instead of an error.
    private static let fewest: rlim_t = 24

    /// Raises the limit where it is too low and may be raised.
    ///
    /// - Throws: ``TooFew`` where it is too low all the same.
    static func requireEnough() throws {
        var limit = rlimit()
        #if os(Linux)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < fewest else { return }
        limit.rlim_cur = min(limit.rlim_max, 256)
        guard setrlimit(resource, &limit) != 0 || limit.rlim_cur < fewest else { return }
        throw TooFew(found: limit.rlim_cur)
    }

    /// The limit is too low.
    struct TooFew: Error, CustomStringConvertible {
        var found: rlim_t
        var description: String {
            "only \(found) files may be open at a time; expected \(OpenFiles.fewest) or more: raise the limit with 'ulimit -n'"
        }
    }
}

/// How much address space a process has.
enum AddressSpace {
    /// Refuses to begin where the limits of the shell leave less than the libraries need to say what is wrong.
    ///
    /// - Throws: ``TooLittle``.
    static func requireEnough() throws {
        guard let left = MemoryLimit.addressSpaceLeft, left < MemoryLimit.leastAddressSpace else { return }
        throw TooLittle(left: max(left, 0))
    }

    /// The limit is too low.
    struct TooLittle: Error, CustomStringConvertible {
        var left: Int
        var description: String {
            "the limits of this shell leave \(ByteCount.text(left)) of address space, and hrvq needs"
                + " \(ByteCount.text(MemoryLimit.leastAddressSpace)) at least; raise 'ulimit -v' or 'ulimit -d'"
        }
    }
}
