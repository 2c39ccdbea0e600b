import Foundation
import HRVQ
@main struct Root { static func main() throws {
    let g = try Generator(seed: 1)
    try Engine.setThreadCount(2)
    let model = try HRVQVAE(network: NetworkSettings(channels: 3, hiddenUnits: 64, residualUnits: 64, downsampling: 2), quantizer: QuantizerSettings(layers: 3, branching: 8, dimension: 16), generator: g)
    let adam = try Adam(model.parameters)
    let avg = try WeightAveraging(model.parameters, decay: 0.9)
    let pixels = [UInt8](repeating: 0, count: 128*32*32*3).map { _ in UInt8.random(in: 0...255) }
    var rng = SystemRandomNumberGenerator()
    let x0 = try Pixels.batch(pixels, count: 128, height: 32, width: 32, channels: 3)
    try model.quantizer.initialize(with: model.vectors(x0, quantizer: 0).narrowed(axis: 0, 0..<8192), iterations: 5, using: &rng)
    var t = [Double](repeating: 0, count: 6)
    func now() -> Double { ProcessInfo.processInfo.systemUptime }
    for step in 0..<12 {
        let a = now()
        let x = try Pixels.batch(pixels, count: 128, height: 32, width: 32, channels: 3)
        let lat = try withoutGradients { try model.latents(x) }
        let b = now()
        _ = try withoutGradients { try model.quantizer(lat) }
        let b2 = now()
        let out = try model.forward(x)
        let c = now()
        try out.total.backward()
        let d = now()
        try adam.step(learningRate: 3e-3); try avg.update(); try model.parameters.clearGradients()
        let e = now()
        _ = try model.quantizer.update(out.quantizers[0], using: &rng)
        let f = now()
        if step >= 2 { for (i, v) in [b-a, b2-b, c-b2, d-c, e-d, f-e].enumerated() { t[i] += v / 10 } }
    }
    print("enc fwd \(t[0]) quant fwd \(t[1]) forward \(t[2]) backward \(t[3]) adam \(t[4]) codebook \(t[5]); img/s", 128 / (t[2]+t[3]+t[4]+t[5]))
}}
