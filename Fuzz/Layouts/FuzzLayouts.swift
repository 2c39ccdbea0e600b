import Datasets
import Files
import Foundation
import FuzzSupport

/// The files that say of which class or split images are, and lists of images. The first byte chooses the file.
enum LayoutsTarget: FuzzTarget {
    /// A folder of empty pictures for each layout; the text is written beside them.
    nonisolated(unsafe) private static let root: URL = {
        var path = Array("/dev/shm/hrvq-fuzz-layouts-XXXXXX".utf8CString)
        require(mkdtemp(&path) != nil, "no folder can be made in /dev/shm")
        let root = URL(fileURLWithPath: String(cString: path), isDirectory: true)
        atexit { try? FileManager.default.removeItem(at: LayoutsTarget.root) }
        for file in [
            "imagenet/train/a/1.JPEG", "imagenet/train/b/2.JPEG", "imagenet/val/v1.JPEG", "imagenet/val/v2.JPEG",
            "numbered/00000/img00000000.png", "numbered/00000/img00000001.png", "celeba/img_align_celeba/000001.jpg",
            "celeba/img_align_celeba/000002.jpg", "lists/1.jpg", "lists/2.jpg", "lists/a b.jpg",
        ] {
            let url = root.appendingPathComponent(file)
            try? FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            require(FileManager.default.createFile(atPath: url.path, contents: Data()))
        }
        return root
    }()

    private static let files: [(folder: String, name: String, kind: DatasetKind)] = [
        ("imagenet", "LOC_val_solution.csv", .imagenet), ("imagenet", "val_annotations.txt", .imagenet),
        ("imagenet", "val_map.txt", .imagenet), ("imagenet", "val.txt", .imagenet),
        ("imagenet", "validation_synset_labels.txt", .imagenet), ("numbered", "dataset.json", .ffhq),
        ("celeba", "list_eval_partition.txt", .celeba), ("lists", "@list.txt", .folder),
    ]

    static func read(_ bytes: [UInt8]) throws {
        let (number, text) = FuzzInput.choice(bytes, of: files.count)
        let (folder, name, kind) = files[number]
        let isList = name.hasPrefix("@")
        let url = root.appendingPathComponent(folder).appendingPathComponent(isList ? String(name.dropFirst()) : name)
        require(FileManager.default.createFile(atPath: url.path, contents: Data(text)))
        defer { unlink(url.path) }
        let place = isList ? "@" + url.path : root.appendingPathComponent(folder).path
        let (training, test) = try kind.splits(folder: place, testShare: 0.5)
        for dataset in [training, test] {
            require(dataset.count > 0)
            for index in 0..<dataset.count {
                let label = dataset.label(at: index)
                require(label.map(dataset.classNames.indices.contains) ?? true)
            }
        }
    }

    static func isDocumented(_ error: any Error) -> Bool {
        error is FileError || error is DatasetError || error is MemoryError
    }

    static func seeds() -> [String: [UInt8]] {
        let texts = [
            "ImageId,PredictionString\nv1,a 1 2 3 4\nv2,b 1 2 3 4 a 5 6 7 8\n",
            "v1.JPEG\ta\t0\t0\t1\t1\nv2.JPEG\tb\t0\t0\t1\t1\n",
            "v1.JPEG\tb\nv2.JPEG\ta\n", "v1.JPEG 0\nv2.JPEG 1\n", "a\nb\n",
            #"{"labels": [["00000/img00000000.png", 0], ["00000/img00000001.png", 1]]}"#,
            "000001.jpg 0\n000002.jpg 2\n",
            "1.jpg\tcat\na b.jpg\tdog\n2.jpg cat\n",
        ]
        return Dictionary(
            uniqueKeysWithValues: zip(files, texts.enumerated()).map { file, text in
                (file.name.replacingOccurrences(of: "@", with: ""), [UInt8(text.offset)] + Array(text.element.utf8))
            })
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<LayoutsTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<LayoutsTarget>.test(start, count) }
