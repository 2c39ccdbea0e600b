import Files
import Foundation

/// ImageNet as it is handed out: training images in folders of their class, and the images of `val` side by side, whose
/// classes are in a file of their own.
///
/// Also the layout of Kaggle's archive (`ILSVRC/Data/CLS-LOC` with `LOC_val_solution.csv` above it), that of the official
/// archives, unpacked or not (`ILSVRC2012_img_train.tar`, `ILSVRC2012_img_val.tar`), and that of tiny-imagenet-200. The test
/// images are those of `val`: the answers of `test` are not published.
struct ImageNetFolders: DatasetLayout {
    /// A file that says of which class the images of `val` are.
    private struct Answers {
        var file: String
        /// The class of an image, by the name of its file.
        var classes: [Substring: Substring]
    }

    static func fits(_ source: any FileSource) throws -> Bool { try places(in: source) != nil }

    static func list(_ source: any FileSource, testShare: Double) throws -> ImageListing {
        var listing = ImageListing(name: "ImageNet")
        guard let (training, validation) = try places(in: source) else { return listing }
        let trainingTree = try source.tree(below: training, kind: .images)
        let part = ImageListing.Part(of: trainingTree, training, place: training + "/")
        listing.note(part, trainingTree)
        let tree = try source.tree(below: validation, kind: .images)
        var test = ImageListing.Part(root: validation, place: validation + "/", paths: tree.files)
        listing.leftOut += tree.leftOut.texts.map { "in \(validation)/ \($0)" }
        let answers = try Self.answers(source, beside: validation, images: tree.files, classes: part.classNames)
        if let answers {
            let numbers = Dictionary(uniqueKeysWithValues: zip(part.classNames.map { Substring($0) }, 0...))
            let labels = tree.files.map { answers.classes[Self.fileName($0)].flatMap { numbers[$0] } }
            if let lacking = labels.firstIndex(of: nil) {
                throw FileError.malformed(
                    path: source.name(of: answers.file),
                    reason: "it gives no class of the training images for \(tree.files[lacking])",
                    expected: "a class for each image of \(validation)/, by the names of the folders in \(training)/")
            }
            test.labels = labels.compactMap { $0 }
            test.classNames = part.classNames
            listing.labels = "the names of folders in \(training)/, for \(validation)/ from \(answers.file)"
        } else {
            test.unlabelled =
                "\(validation)/ has no folders of classes, and there is none of \(Self.answerNames.joined(separator: ", "))"
            listing.labels = "the names of folders in \(training)/"
        }
        (listing.training, listing.test) = (part, test)
        return listing
    }

    /// The folders of the training and the validation images, where the first has classes and the second has not.
    private static func places(in source: any FileSource) throws -> (training: String, validation: String)? {
        let names = [("train", "val"), ("ILSVRC2012_img_train", "ILSVRC2012_img_val"), ("train", "ILSVRC2012_img_val")]
        for root in ["", "ILSVRC/Data/CLS-LOC/", "Data/CLS-LOC/"] {
            for (training, validation) in names {
                if let places = try places(in: source, root + training, root + validation) { return places }
            }
        }
        return nil
    }

    private static func places(
        in source: any FileSource, _ training: String, _ validation: String
    ) throws -> (training: String, validation: String)? {
        guard let classes = try source.entries(of: training), let images = try source.entries(of: validation),
            classes.entries.contains(where: { $0.type == .folder }), isFlat(images)
        else { return nil }
        return (training, validation)
    }

    /// Whether images are not in folders of classes: side by side, or all in `images` (tiny-imagenet).
    private static func isFlat(_ entries: FolderEntries) -> Bool {
        let folders = entries.entries.filter { $0.type == .folder }.map(\.name)
        return folders == ["images"]
            || (folders.isEmpty && entries.entries.contains { FileTree.Kind.images.isOfExtension($0.name) })
    }

    private static func fileName(_ path: String) -> Substring { path.split(separator: "/").last ?? Substring(path) }

    static let answerNames = [
        "LOC_val_solution.csv", "val_annotations.txt", "val_map.txt", "val.txt", "validation_synset_labels.txt",
        "imagenet_2012_validation_synset_labels.txt", "ILSVRC2012_validation_ground_truth.txt",
    ]

    private static func answers(
        _ source: any FileSource, beside validation: String, images: [String], classes: [String]
    ) throws -> Answers? {
        // In the folder itself, then in each of those around it.
        var folders = [validation]
        while let last = folders.last, !last.isEmpty { folders.append((last as NSString).deletingLastPathComponent) }
        folders += ["devkit/data", "ILSVRC2012_devkit_t12/data", "caffe_ilsvrc12"]
        let candidates = answerNames.flatMap { name in folders.map { $0.isEmpty ? name : $0 + "/" + name } }
        guard let file = source.first(of: candidates) else { return nil }
        let lines = try source.lines(of: file)
        func malformed(_ reason: String, _ expected: Message) -> FileError {
            .malformed(path: source.name(of: file), reason: reason, expected: expected)
        }
        var answers = Answers(file: file, classes: [:])
        switch (file as NSString).lastPathComponent {
        case "LOC_val_solution.csv":
            // ImageId,PredictionString: the class stands before the boxes.
            for line in lines.dropFirst() {
                let fields = line.split(separator: ",", maxSplits: 1)
                guard fields.count == 2, let name = fields[1].split(separator: " ").first else {
                    throw malformed("the line '\(line)' has no class", "ImageId,class and boxes")
                }
                answers.classes[fields[0] + ".JPEG"] = name
                answers.classes[fields[0] + ".jpg"] = name
            }
        case "ILSVRC2012_validation_ground_truth.txt":
            throw malformed(
                "it names classes by the numbers of the development kit, which are not those of the sorted names",
                "another file beside the images, such as LOC_val_solution.csv or val.txt of caffe_ilsvrc12")
        case let name where name.hasSuffix("validation_synset_labels.txt"):
            // A class a line, in the order of the images' numbers.
            guard lines.count == images.count else {
                throw malformed("it has \(lines.count) lines", "\(images.count), one for each image")
            }
            for (path, line) in zip(images, lines) { answers.classes[fileName(path)] = trimmed(line) }
        default:
            for line in lines {
                let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " || $0 == "," })
                guard fields.count >= 2 else {
                    throw malformed("the line '\(line)' has no class", "a file's name and a class")
                }
                // caffe's val.txt has numbers of the sorted names.
                if let number = Int(fields[1]) {
                    guard classes.indices.contains(number) else {
                        throw malformed(
                            "the class of \(fields[0]) is \(number)", "numbers from 0 to \(classes.count - 1)")
                    }
                    answers.classes[fileName(String(fields[0]))] = Substring(classes[number])
                } else {
                    answers.classes[fileName(String(fields[0]))] = fields[1]
                }
            }
        }
        return answers
    }

    private static func trimmed(_ line: Substring) -> Substring { Substring(line.trimmingCharacters(in: .whitespaces)) }
}
