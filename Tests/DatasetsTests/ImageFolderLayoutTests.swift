import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct ImageFolderLayoutTests {
    /// Makes files of given paths and opens both splits of the folder.
    func open(
        _ paths: [String], body: (_ training: PictureDataset, _ test: PictureDataset) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            for path in paths { try write(try ImageFolderTests.picture(1), to: path, in: folder) }
            let (training, test) = try PictureDataset.splits(
                folder: folder.path, shape: ImageFolderTests.shape, testShare: 0.1)
            try body(training, test)
        }
    }

    func expectError(_ paths: [String], _ words: String...) throws {
        do {
            try open(paths) { _, _ in Issue.record("\(paths) were read") }
        } catch let error as DatasetError {
            for word in words { #expect("\(error)".contains(word), "\(error)") }
        }
    }

    func labels(_ dataset: PictureDataset) -> [String?] {
        (0..<dataset.count).map { dataset.label(at: $0).map { dataset.classNames[$0] } }
    }

    @Test(
        "Common names of splits are splits, in any letter case",
        arguments: [
            ("train", "valid"), ("train", "validation"), ("train", "val"), ("train", "dev"), ("Train", "Test"),
            ("training", "testing"), ("TRAIN", "eval"),
        ])
    func splitsAreNamed(training: String, test: String) throws {
        try open(["\(training)/cat/1.png", "\(training)/dog/2.png", "\(test)/dog/3.png"]) {
            #expect($0.classNames == ["cat", "dog"] && labels($0) == ["cat", "dog"])
            #expect($1.classNames == ["cat", "dog"] && labels($1) == ["dog"])
            #expect(
                $0.summary.lines(nil).contains(
                    "training images are those in \(training)/, test images those in \(test)/"))
        }
    }

    @Test("A training folder alone has the classes, and a share of it is held out")
    func trainingAlone() throws {
        try open(["train/cat/1.png", "train/cat/2.png", "train/dog/1.png", "train/dog/2.png", "notes.txt"]) {
            #expect($0.classNames == ["cat", "dog"] && $1.classNames == ["cat", "dog"] && $0.count + $1.count == 4)
            #expect($0.summary.leftOut == ["beside the splits: notes.txt"])
        }
    }

    @Test("Labels of training stay, whatever another split lacks")
    func labelsAreOfASplit() throws {
        let training = ["train/cat/1.png", "train/dog/2.png"]
        try open(training + ["val/1.png", "val/2.png"]) {
            #expect(labels($0) == ["cat", "dog"] && $1.classNames.isEmpty && labels($1) == [nil, nil])
            #expect($1.summary.lines(.test).contains("no labels of the test images: no folders of classes in val/"))
        }
        // Of several folders the one whose labels fit; then val, as a test folder without labels has unknown answers.
        try open(training + ["val/cat/1.png", "test/1.png"]) {
            #expect(labels($1) == ["cat"] && $0.summary.notices.contains { $0.hasPrefix("test/ is not used") })
        }
        try open(training + ["val/1.png", "test/1.png", "test/2.png"]) { #expect($1.count == 1) }
        try open(training + ["val/cat/1.png", "test/cat/1.png", "test/dog/2.png"]) { #expect($1.count == 2) }
        try open(training + ["val/cat/1.png", "test/unknown/1.png"]) { #expect(labels($1) == ["cat"]) }
        // Without labels nothing speaks against the folder that has the split's name.
        try open(["train/1.png", "val/1.png", "test/1.png", "test/2.png"]) { #expect($1.count == 2) }
        try open(["train/1.png", "test/x/1.png"]) {
            #expect($1.classNames.isEmpty && $1.summary.lines(.test).contains { $0.contains("are no classes") })
        }
    }

    @Test("Classes of test images that training lacks are an error that names them")
    func classesFit() throws {
        try expectError(
            ["train/cat/1.png", "train/dog/2.png", "test/cat/1.png", "test/bird/1.png"], "bird", "cat, dog", "test")
        // A single folder in each split is no class.
        try open(["train/DIV2K_train/1.png", "valid/DIV2K_valid/2.png"]) {
            #expect($0.count == 1 && $1.count == 1 && $1.classNames.isEmpty)
            #expect($0.summary.notices.contains { $0.contains("DIV2K_valid") })
        }
    }

    @Test("A few images beside class folders are left out and named")
    func strayImages() throws {
        let classes = (1...8).flatMap { ["cat/\($0).png", "dog/\($0).png"] }
        try open(classes + ["preview.png"]) {
            #expect($0.count + $1.count == 16 && $0.classNames == ["cat", "dog"])
            #expect($0.summary.leftOut == ["1 image beside the class folders: preview.png"])
        }
        try open(classes.map { "train/" + $0 } + ["train/a.png", "test/cat/1.png"]) { training, _ in
            #expect(
                training.count == 16 && training.summary.leftOut == ["1 image beside the class folders: train/a.png"])
        }
    }

    @Test("A class that is named like a split is said, or an error where it looks like one")
    func classesNamedLikeSplits() throws {
        try open(["train/1.png", "train/2.png", "cat/1.png", "cat/2.png"]) { training, _ in
            #expect(training.classNames == ["cat", "train"])
            #expect(training.summary.notices.contains { $0.contains("warning: train/ has the name of a split") })
        }
        try open(["valid/1.png", "invalid/1.png", "valid/2.png"]) { training, _ in
            #expect(
                training.classNames == ["invalid", "valid"]
                    && training.summary.notices.contains { $0.contains("valid/") })
        }
        try expectError(["train/cat/1.png", "extra/dog/1.png"], "train/", "'test' or 'val'")
        try expectError(["cat/1.png", "dog/1.png", "test/cat/1.png"], "test/", "'train'")
        try expectError(["train/cat/1.png", "Train/cat/1.png"], "Train and train")
        try expectError(["1.png", "test/2.png"], "1.png", "'train'")
        try open(["train/cat/1.png", "train/dog/1.png", "train/dog/2.png"]) { training, _ in
            #expect(training.classNames == ["cat", "dog"])
        }
    }

    @Test("A folder of test images alone is measured on, and not trained on")
    func testAlone() throws {
        try withTemporaryFolder { folder in
            for path in ["test/cat/1.png", "test/dog/1.png"] {
                try write(try ImageFolderTests.picture(1), to: path, in: folder)
            }
            let test = try PictureDataset(folder: folder.path, split: .test, shape: ImageFolderTests.shape)
            #expect(test.count == 2 && labels(test) == ["cat", "dog"])
            #expect {
                try PictureDataset(folder: folder.path, split: .train, shape: ImageFolderTests.shape)
            } throws: { "\($0)".contains("no folder 'train'") }
        }
    }

    @Test("Folders without images are named, and so are splits without any")
    func emptyFolders() throws {
        try withTemporaryFolder { folder in
            for path in ["train/cat/1.png", "train/dog/1.png", "val/cat/2.png"] {
                try write(try ImageFolderTests.picture(1), to: path, in: folder)
            }
            for name in ["train/bird", "test"] {
                try FileManager.default.createDirectory(
                    at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
            }
            let (training, test) = try PictureDataset.splits(
                folder: folder.path, shape: ImageFolderTests.shape, testShare: 0.1)
            #expect(training.classNames == ["cat", "dog"] && test.count == 1)
            #expect(training.summary.notices.contains { $0.contains("train/bird") })
            #expect(training.summary.notices.contains { $0.hasPrefix("test/ holds no image") })
        }
    }

    @Test("The summary gives counts, shares and limits in words")
    func summariesAreSentences() throws {
        let summary = DatasetSummary(images: [.train: 930, .test: 70], classNames: ["a", "b"], labels: "from x")
        #expect(summary.lines(.test)[0] == "70 of 1,000 images (test split, 7.00 %)")
        #expect(summary.lines(.test, taken: 50)[0] == "50 of 1,000 images (test split of 70, 5.00 %)")
        #expect(summary.lines(.all)[0] == "1,000 images (all splits)")
        #expect(summary.lines(.all).contains("indices 0 to 929 are training images, 930 to 999 test images"))
        #expect(summary.lines(nil)[0] == "930 images to train on, 70 of 1,000 to measure on (test split, 7.00 %)")
        #expect(summary.lines(nil)[1] == "labels: 2 classes (a, b), from x")
        #expect(DatasetSummary(images: [.test: 1]).lines(.test) == ["1 image (test split)"])
        let uneven = DatasetSummary(images: [.train: 897, .test: 70])
        #expect(uneven.lines(.test)[0] == "70 of 967 images (test split, 7.24 %)")
    }

    @Test("All images are those of training, then those of the test split")
    func allSplits() throws {
        let all = try DatasetKind.glyphs.open(split: .all)
        let (training, test) = try DatasetKind.glyphs.splits()
        #expect(all.count == 70_000 && all.classNames == training.classNames)
        for (index, part, place) in [
            (0, training, 0), (59_999, training, 59_999), (60_000, test, 0), (69_999, test, 9999),
        ] {
            #expect(try all.item(at: index, crop: .centre) == part.item(at: place, crop: .centre))
            #expect(all.label(at: index) == part.label(at: place) && all.name(at: index) == part.name(at: place))
        }
        try withTemporaryFolder { folder in
            for path in ["train/cat/1.png", "train/dog/2.png", "val/3.png"] {
                try write(try ImageFolderTests.picture(1), to: path, in: folder)
            }
            let all = try DatasetKind.folder.open(folder: folder.path, shape: ImageFolderTests.shape, split: .all)
            #expect(all.count == 3 && all.classNames.isEmpty && all.label(at: 0) == nil)
            #expect(all.summary.lines(.all).contains { $0.contains("labels of one split alone") })
        }
    }
}
