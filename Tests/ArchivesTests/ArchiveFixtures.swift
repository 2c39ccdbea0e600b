import Files
import Foundation

/// Archives written by Python, and what is in them (Tools/fixtures/archives_reference.py).
enum ArchiveFixtures {
    struct Member: Decodable, Equatable {
        var name: String
        var size: Int
        var sha256: String
    }

    static func path(_ name: String) throws -> String {
        guard let folder = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
        return folder.appendingPathComponent("Fixtures/\(name)").path
    }

    static func members(of name: String) throws -> [Member] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path("members.json")))
        return try JSONDecoder().decode([String: [Member]].self, from: data)[name] ?? []
    }

    static func sha256(_ bytes: [UInt8]) throws -> String {
        let digest = try SHA256Digest()
        try bytes.withUnsafeBytes { try digest.update($0) }
        return try digest.finish()
    }
}
