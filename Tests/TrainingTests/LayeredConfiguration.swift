import Files
import Settings
import Training

/// A configuration as another module would declare one: two sections, values for each layer, two presets.
struct LayeredConfiguration: KeyedConfiguration, Codable {
    enum Preset: String, ConfigurationPreset {
        typealias Configuration = LayeredConfiguration

        case small = "layered-small"
        case deep = "layered-deep"

        var yaml: String {
            switch self {
            case .small: "# A small one.\nnetwork: {hiddenUnits: 16, attention: [0, 1, 4]}\n"
            case .deep: "# A deep one.\npreset: layered-small\nnetwork.blocks: 9\ntraining.steps: 5\n"
            }
        }
    }

    enum Kind: String, CaseIterable {
        case plain, gated
    }

    struct Network: Equatable {
        var kind = Kind.gated
        var layers = 3
        var hiddenUnits = 32
        var blocks = 4
        var attention = [2]
        var dropout = [0.1]
    }

    struct Training: Equatable {
        var steps: Int?
        var rate = 1e-3
        var shuffle = true
    }

    static let formatName = "layered"
    static let formatVersion = 2
    static let help: Message = "layered --help"
    static let keys: [ConfigurationKey<Self>] = [
        .choice("network.kind", \.network.kind, "the blocks"),
        .integer("network.layers", \.network.layers, "layers"),
        .integer("network.hiddenUnits", \.network.hiddenUnits, "channels"),
        .integer("network.blocks", \.network.blocks, "blocks a layer"),
        .integers("network.attention", \.network.attention, "attention blocks"),
        .numbers("network.dropout", \.network.dropout, "share that is set to zero"),
        .optionalInteger("training.steps", \.training.steps, "steps"),
        .number("training.rate", \.training.rate, "learning rate"),
        .flag("training.shuffle", \.training.shuffle, "shuffle"),
    ]

    var network = Network()
    var training = Training()

    init() {}

    init(from decoder: any Decoder) throws { try self.init(keysFrom: decoder) }

    func encode(to encoder: any Encoder) throws { try encodeKeys(to: encoder) }

    func validate() throws {
        var check = ConfigurationCheck(configuration: self)
        check.integer("network.layers", network.layers, 1...8)
        if check.perLayer("network.attention", network.attention.count, layers: network.layers) {
            check.integers("network.attention", network.attention, 0...8)
        }
        check.perLayer("network.dropout", network.dropout.count, layers: network.layers)
        check.positive("training.rate", training.rate)
        try check.finish()
    }
}
