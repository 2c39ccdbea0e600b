import Foundation

/// What the system says about memory that is free for this process.
enum SystemMemory {
    /// The least of all bounds: free memory and swap, the limits of the control groups that the process is in, and what
    /// is left of its address space. `nil` where the system tells none.
    static func free() -> Int? {
        #if os(Linux)
            let bounds = [machine(), controlGroups(), addressSpace()]
        #else
            // What other programs hold is not told, so all of the memory counts as free.
            let bounds: [Int?] = [Int(clamping: ProcessInfo.processInfo.physicalMemory), addressSpace()]
        #endif
        return bounds.compactMap(\.self).min().map { max($0, 0) }
    }

    /// Numbers of files such as `/proc/meminfo`, by the word before them.
    static func table(_ text: String) -> [String: Int] {
        Dictionary(
            text.split(separator: "\n").compactMap { line in
                let words = line.split { " :\t".contains($0) }
                return words.count >= 2 ? Int(words[1]).map { (String(words[0]), $0) } : nil
            }
        ) { first, _ in first }
    }

    /// The folders of control groups that a process is in, from its own to the root, of either version.
    ///
    /// - Parameter text: The content of `/proc/self/cgroup`.
    /// - Returns: Folders below the mounts of the groups; `isUnified` where they are of version 2.
    static func groupFolders(_ text: String) -> [(folder: String, isUnified: Bool)] {
        text.split(separator: "\n").flatMap { line -> [(String, Bool)] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let isUnified = fields[0] == "0" && fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("memory") else { return [] }
            var folders: [(String, Bool)] = []
            var path = fields[2].split(separator: "/")
            while true {
                folders.append((path.map { "/\($0)" }.joined(), isUnified))
                if path.isEmpty { return folders }
                path.removeLast()
            }
        }
    }

    private static func machine() -> Int? {
        let table = read("/proc/meminfo").map(table) ?? [:]
        guard let available = table["MemAvailable"] else { return nil }
        return (available + (table["SwapFree"] ?? 0)) * 1024
    }

    private static func controlGroups() -> Int? {
        groupFolders(read("/proc/self/cgroup") ?? "").compactMap { folder, isUnified in
            let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
            let (most, used) =
                isUnified ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
            guard let limit = number("\(root)\(folder)/\(most)"), let usage = number("\(root)\(folder)/\(used)")
            else { return nil }
            // Pages of files count as used, and are given back when memory is short.
            let statistics = read("\(root)\(folder)/memory.stat").map(table) ?? [:]
            let files = statistics["inactive_file"] ?? statistics["total_inactive_file"] ?? 0
            return limit - max(usage - files, 0)
        }.min()
    }

    /// What `ulimit -v` and `ulimit -d` leave; `nil` where they set no limit.
    static func addressSpace() -> Int? {
        // Pages in all, and in the sixth field those of data and stack.
        let pages = read("/proc/self/statm")?.split { " \n".contains($0) }.map { Int($0) ?? 0 } ?? []
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        #if os(Linux)
            let limits = [(__rlimit_resource_t(RLIMIT_AS.rawValue), 0), (__rlimit_resource_t(RLIMIT_DATA.rawValue), 5)]
        #else
            let limits = [(RLIMIT_AS, 0), (RLIMIT_DATA, 5)]
        #endif
        return limits.compactMap { resource, field in
            var limit = rlimit()
            guard getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt64(Int.max) else { return nil }
            return Int(limit.rlim_cur) - (field < pages.count ? pages[field] * page : 0)
        }.min()
    }

    private static func number(_ path: String) -> Int? {
        read(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    private static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
