import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Layouts of pictures") struct LayoutTests {
    static let training = ["b", "a", "c"].flatMap { name in (0..<3).map { "train/\(name)/\(name)_\($0).JPEG" } }
    static let validation = (1...6).map { "val/ILSVRC2012_val_0000000\($0).JPEG" }
    /// The classes of the validation images, in their order.
    static let answers = ["c", "a", "a", "b", "c", "b"]

    static func lines(_ line: (String, Int) -> String) -> String {
        answers.indices.map { line("ILSVRC2012_val_0000000\($0 + 1)", $0) + "\n" }.joined()
    }

    static let files: [(String, String)] = [
        (
            "LOC_val_solution.csv",
            "ImageId,PredictionString\n" + lines { "\($0),\(answers[$1]) 1 2 3 4 \(answers[$1]) 5 6 7 8" }
        ),
        ("val/val_annotations.txt", lines { "\($0).JPEG\t\(answers[$1])\t0\t0\t62\t62" }),
        ("val_map.txt", lines { "\($0).JPEG\t\(answers[$1])" }),
        ("val.txt", lines { "\($0).JPEG \(["a", "b", "c"].firstIndex(of: answers[$1]) ?? 0)" }),
        ("caffe_ilsvrc12/val.txt", lines { "\($0).JPEG \(["a", "b", "c"].firstIndex(of: answers[$1]) ?? 0)" }),
        ("validation_synset_labels.txt", lines { _, index in answers[index] }),
    ]

    @Test("The flat validation images of ImageNet have the classes of each file that says them", arguments: files)
    func imageNet(name: String, text: String) throws {
        let source = MemoryFiles(Self.training + Self.validation, [name: text])
        #expect(try ImageNetFolders.fits(source))
        let listing = try ImageNetFolders.list(source, testShare: 0.1)
        let (training, test) = (try #require(listing.training), try #require(listing.test))
        #expect(training.paths.count == 9 && training.classNames == ["a", "b", "c"])
        #expect(test.labels.map { test.classNames[$0] } == Self.answers)
        #expect(test.path(at: 0) == Self.validation[0])
    }

    @Test("Without such a file the validation images have no labels, and it is said which files would do")
    func imageNetWithoutAnswers() throws {
        let listing = try ImageNetFolders.list(MemoryFiles(Self.training + Self.validation), testShare: 0.1)
        #expect(listing.test?.labels == [])
        #expect(listing.test?.unlabelled?.contains("LOC_val_solution.csv") ?? false)
    }

    @Test(
        "Answers that do not fit the images are errors that name the file",
        arguments: [
            ("val_map.txt", "ILSVRC2012_val_00000001.JPEG\ta\n", "no class of the training images"),
            ("val_map.txt", lines { name, _ in "\(name).JPEG\tz" }, "no class of the training images"),
            ("val_map.txt", lines { name, _ in name }, "has no class"),
            ("val.txt", lines { "\($0).JPEG \($1)" }, "numbers from 0 to 2"),
            ("validation_synset_labels.txt", "a\nb\n", "it has 2 lines"),
            ("LOC_val_solution.csv", "ImageId,PredictionString\nx\n", "has no class"),
            ("ILSVRC2012_validation_ground_truth.txt", "1\n2\n3\n1\n2\n3\n", "numbers of the development kit"),
        ])
    func imageNetErrors(name: String, text: String, words: String) throws {
        let source = MemoryFiles(Self.training + Self.validation, [name: text])
        let error = try #require(throws: FileError.self) { try ImageNetFolders.list(source, testShare: 0.1) }
        #expect("\(error)".contains(words) && "\(error)".contains(name), "\(error)")
    }

    @Test("Kaggle's archive of ImageNet and tiny-imagenet-200 are that layout; the test images are those of val")
    func variants() throws {
        let root = "ILSVRC/Data/CLS-LOC/"
        let kaggle = MemoryFiles(
            (Self.training + Self.validation).map { root + $0 } + [root + "test/ILSVRC2012_test_00000001.JPEG"],
            ["LOC_val_solution.csv": Self.files[0].1])
        let listing = try ImageNetFolders.list(kaggle, testShare: 0.1)
        #expect(listing.test?.paths.count == 6 && listing.test?.labels.count == 6)
        let tiny = MemoryFiles(
            ["a", "b"].flatMap { name in (0..<2).map { "train/\(name)/images/\(name)_\($0).JPEG" } }
                + ["val/images/val_0.JPEG", "val/images/val_1.JPEG", "test/images/test_0.JPEG"],
            ["val/val_annotations.txt": "val_0.JPEG\tb\t0\t0\t1\t1\nval_1.JPEG\ta\t0\t0\t1\t1\n"])
        #expect(try ImageNetFolders.fits(tiny))
        let test = try #require(try ImageNetFolders.list(tiny, testShare: 0.1).test)
        #expect(test.labels == [1, 0] && test.paths.count == 2)
    }

    @Test(
        "All 70,000 images of FFHQ have the official split and no classes", arguments: ["images1024x1024/", "", "flat"])
    func ffhq(place: String) throws {
        let paths = (0..<70_000).map { index in
            let digits = String(100_000 + index).dropFirst()
            return place == "flat" ? "\(digits).png" : "\(place)\(digits.prefix(2))000/\(digits).png"
        }
        let source = MemoryFiles(paths)
        #expect(try NumberedFolders.fits(source))
        let listing = try NumberedFolders.list(source, testShare: 0.1)
        let (training, test) = (try #require(listing.training), try #require(listing.test))
        #expect(training.paths.count == 60_000 && test.paths.count == 10_000)
        #expect(test.paths.first?.hasSuffix("60000.png") ?? false)
        #expect(training.classNames.isEmpty && listing.splits?.contains("official split") ?? false)
        // One that is missing makes it another set, of which a share is held out.
        let fewer = try NumberedFolders.list(MemoryFiles(Array(paths.dropLast())), testShare: 0.1)
        #expect(fewer.isHeldOut)
    }

    @Test("Folders with numbers of their images are no classes; folders with other numbers are")
    func numbers() throws {
        let blocks = (0..<4).flatMap { block in (0..<3).map { "0000\(block)/img0000\(block)00\($0).png" } }
        #expect(try NumberedFolders.fits(MemoryFiles(blocks)))
        // As img2dataset writes them: the number of the folder, then that of the image in it.
        let shards = (0..<3).flatMap { shard in (0..<5).map { "0000\(shard)/0000\(shard)000\($0 * 2).jpg" } }
        #expect(try NumberedFolders.fits(MemoryFiles(shards)))
        let people = (0..<3).flatMap { person in (0..<5).map { "0000\(person)/0000\($0).jpg" } }
        #expect(try !NumberedFolders.fits(MemoryFiles(people)))
        let digits = (0..<4).flatMap { digit in (0..<3).map { "\(digit)/0000\($0).png" } }
        #expect(try !NumberedFolders.fits(MemoryFiles(digits)))
    }

    @Test("StyleGAN's dataset.json gives labels, and one that lacks an image is an error")
    func styleGAN() throws {
        let paths = (0..<4).map { "00000/img0000000\($0).png" }
        func listing(_ json: String) throws -> ImageListing {
            try NumberedFolders.list(MemoryFiles(paths, ["dataset.json": json]), testShare: 0.25)
        }
        let labelled = try listing(
            #"{"labels": [\#(paths.map { "[\"\($0)\", \($0.suffix(5).prefix(1))]" }.joined(separator: ","))]}"#)
        let all = [labelled.training, labelled.test].compactMap { $0 }.flatMap { part in
            zip(part.paths, part.labels).map { "\($0)=\($1)" }
        }
        #expect(all.sorted() == (0..<4).map { "\(paths[$0])=\($0)" })
        #expect(try listing(#"{"labels": null}"#).training?.labels == [])
        for text in ["[]", #"{"labels": [[1, 2]]}"#, #"{"labels": [["x", -1]]}"#, #"{"labels": []}"#, "{"] {
            #expect(throws: FileError.self) { try listing(text) }
        }
    }

    @Test("Running numbers are shards, whose names are no classes; other numbers are not")
    func shards() {
        #expect(SplitName.areShards(["train-000000", "train-000001", "val-000000"]))
        #expect(SplitName.areShards(["00000.tar.gz", "00001.tar.gz"]))
        #expect(SplitName.areShards(["train-00000-of-00002", "train-00001-of-00002"]))
        #expect(!SplitName.areShards(["n01440764", "n01443537"]) && !SplitName.areShards(["cat", "dog"]))
    }

    @Test("CelebA has the splits of its list", arguments: ["list_eval_partition.txt", "list_eval_partition.csv"])
    func celebA(name: String) throws {
        let paths = (1...6).map { "img_align_celeba/00000\($0).jpg" }
        let split = [0, 1, 2, 0, 2, 0]
        let isTable = name.hasSuffix("csv")
        let text =
            (isTable ? "image_id,partition\n" : "")
            + (1...6).map { "00000\($0).jpg" + (isTable ? "," : " ") + "\(split[$0 - 1])\n" }.joined()
        let listing = try CelebAFolders.list(MemoryFiles(paths, [name: text]), testShare: 0.1)
        #expect(listing.training?.paths == ["000001.jpg", "000004.jpg", "000006.jpg"])
        #expect(listing.test?.paths == ["000003.jpg", "000005.jpg"])
        let short = MemoryFiles(paths, [name: "000001.jpg 0\n"])
        #expect(throws: FileError.self) { try CelebAFolders.list(short, testShare: 0.1) }
    }

    @Test("Two lists in a folder are the splits; a file of both, or a class of the test images alone, is an error")
    func lists() throws {
        try withTemporaryFolder { folder in
            for name in ["a 1.png", "b.png", "c.png", "d.png"] {
                try write(ImageFolderTests.picture(1), to: "images/" + name, in: folder)
            }
            func listing(_ training: String, _ test: String) throws -> ImageListing {
                try write(Data(training.utf8), to: "lists/train.txt", in: folder)
                try write(Data(test.utf8), to: "lists/test.txt", in: folder)
                return try FileList.list(
                    DataLocation("@" + folder.path + "/lists").source(), testShare: 0.1)
            }
            let found = try listing("../images/a 1.png\tx\n../images/b.png\ty\n", "../images/c.png y\n")
            #expect(found.training?.paths.count == 2 && found.training?.labels == [0, 1] && found.test?.labels == [1])
            #expect(throws: FileError.self) { try listing("../images/b.png\n", "../images/b.png\n") }
            #expect(throws: DatasetError.self) { try listing("../images/a 1.png\tx\n", "../images/b.png\tz\n") }
            #expect(throws: DatasetError.self) { try listing("../images/a 1.png\tx\n", "../images/b.png\n") }
            #expect(throws: DatasetError.self) { try listing("../images/nothing.png\n", "../images/b.png\n") }
        }
    }

    @Test("A division keeps groups together, moves nothing when images are added, and its lists are read back")
    func division() throws {
        try withTemporaryFolder { folder in
            func person(_ number: Int) throws {
                for picture in 0..<4 {
                    try write(ImageFolderTests.picture(1), to: "faces/p\(number)_\(picture).png", in: folder)
                }
            }
            for number in 0..<20 { try person(number) }
            let faces = folder.appendingPathComponent("faces").path
            func lists(_ group: SplitLists.Group, seed: Int = 0) throws -> SplitLists {
                try SplitLists(faces, kind: .folder, share: 0.3, group: group, seed: seed)
            }
            func people(_ files: [String]) -> Set<String> {
                Set(files.map { String(($0 as NSString).lastPathComponent.prefix { $0 != "_" }) })
            }
            let before = try lists(.match("(p[0-9]+)_"))
            #expect(people(before.training.files).isDisjoint(with: people(before.test.files)))
            #expect(before.test.groups == before.test.files.count / 4 && (1...12).contains(before.test.groups))
            #expect(try lists(.match("(p[0-9]+)_"), seed: 1).test.files != before.test.files)
            let alone = try lists(.file)
            #expect(
                alone.test.files.count > 8 && !people(alone.training.files).isDisjoint(with: people(alone.test.files)))
            for number in 20..<24 { try person(number) }
            let after = try lists(.match("(p[0-9]+)_"))
            #expect(Set(before.test.files).isSubset(of: after.test.files))
            #expect(Set(before.training.files).isSubset(of: after.training.files))
            try write(
                Data(SplitLists.text(after.training, in: folder.path + "/l/ists").utf8), to: "l/ists/train.txt",
                in: folder)
            try write(
                Data(SplitLists.text(after.test, in: folder.path + "/l/ists").utf8), to: "l/ists/test.txt", in: folder)
            let (training, test) = try DatasetKind.folder.splits(
                folder: "@" + folder.path + "/l/ists", shape: ImageFolderTests.shape)
            #expect(training.count == after.training.files.count && test.count == after.test.files.count)
            _ = try test.item(at: 0, crop: .centre)
            for group in ["(", "nothing"] { #expect(throws: DatasetError.self) { try lists(.match(group)) } }
            #expect(throws: DatasetError.self) { try lists(.folder) }
            for name in ["cat", "dog", "hen"] {
                for index in 0..<2 {
                    try write(ImageFolderTests.picture(1), to: "classes/\(name)/\(index).png", in: folder)
                }
            }
            // A class that is one group cannot stand on both sides.
            let error = try #require(throws: DatasetError.self) {
                try SplitLists(
                    folder.path + "/classes", kind: .folder, share: 0.5, group: .folder, seed: 0)
            }
            #expect("\(error)".contains("several groups of each class"), "\(error)")
        }
    }
}
