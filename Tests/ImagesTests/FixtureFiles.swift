import Foundation

/// The folder that Tools/fixtures/images_reference.py makes.
struct FixtureFiles: Decodable {
    struct Picture: Decodable {
        var file: String
        var width: Int
        var height: Int
    }

    struct Resize: Decodable {
        var source: String
        var channels: Int
        var width: Int
        var height: Int
        var newWidth: Int
        var newHeight: Int
        var filter: String
        var result: String
    }

    struct Reduction: Decodable {
        var file: String
        var channels: Int
        var wholeWidth: Int
        var wholeHeight: Int
        var factor: Int
        var width: Int
        var height: Int
        var result: String
        var fitted: String
    }

    var images: [Picture]
    var resizes: [Resize]
    var reductions: [Reduction]
    var sha256: [String: String]

    static func url(_ name: String) -> URL {
        (Bundle.module.resourceURL ?? URL(fileURLWithPath: ".")).appendingPathComponent("Fixtures/\(name)")
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(name)))
    }

    static func manifest() throws -> FixtureFiles {
        try JSONDecoder().decode(FixtureFiles.self, from: Data(contentsOf: url("manifest.json")))
    }
}

/// The largest difference of two rows of bytes; 256 when their lengths differ.
func worstDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard a.count == b.count else { return 256 }
    return zip(a, b).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
}
