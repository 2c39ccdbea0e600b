/// A way in which people lay out a data set of pictures: which files are training images, which test images, and where their
/// classes come from.
protocol DatasetLayout {
    /// Whether the names of a source's files are those of this layout. Opens no picture.
    ///
    /// - Throws: `FileError.unreadable`.
    static func fits(_ source: any FileSource) throws -> Bool

    /// Lists a source.
    ///
    /// - Parameters:
    ///   - source: The files.
    ///   - testShare: The share that is held out where the layout has no split, 0 ... 1.
    /// - Throws: ``DatasetError``, `FileError`.
    static func list(_ source: any FileSource, testShare: Double) throws -> ImageListing
}
