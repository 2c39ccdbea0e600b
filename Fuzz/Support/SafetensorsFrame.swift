/// A safetensors file as an input: with its length as it stands, or with a length that always fits, so that a change
/// of the header is not in vain.
public enum SafetensorsFrame {
    /// The file that an input stands for.
    ///
    /// - Parameter bytes: 0 and the file's bytes; or 1, the header's text, a zero byte, and the bytes of the tensors.
    public static func file(_ bytes: [UInt8]) -> [UInt8] {
        let (choice, rest) = FuzzInput.choice(bytes, of: 2)
        guard choice == 1 else { return rest }
        let end = rest.firstIndex(of: 0) ?? rest.count
        let length = withUnsafeBytes(of: UInt64(end).littleEndian) { Array($0) }
        return length + rest[..<end] + rest[end...].dropFirst()
    }

    /// The input that stands for a file, its length left out.
    public static func input(_ file: [UInt8]) -> [UInt8] {
        let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        return [1] + file[8..<8 + length] + [0] + file[(8 + length)...]
    }
}
