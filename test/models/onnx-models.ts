/**
 * Small ONNX models, made by scikit-learn 1.9 and skl2onnx 1.20 from 80 rows of seeded noise, with what Python predicts.
 * y = x @ [1, 2, -3] + noise; the classes are y > 0.
 */

/** ElasticNet(alpha=0.1) of 3 features: one input X [n, 3], one output [n, 1]. */
export const elasticNet = Buffer.from(
  "CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOrQBCnMKAVgSCHZhcmlhYmxlGg9MaW5lYXJSZWdyZXNzb3IiD0xpbmVhclJlZ3Jlc3NvciogCgxjb2VmZmljaWVudHM9kC1uPz3dSOo/PYwsMcCgAQYqFAoKaW50ZXJjZXB0cz0QOiO9oAEGOgphaS5vbm54Lm1sEhBPTk5YKEVsYXN0aWNOZXQpWhEKAVgSDAoKCAESBgoACgIIA2IYCgh2YXJpYWJsZRIMCgoIARIGCgAKAggBQg4KCmFpLm9ubngubWwQAUIECgAQFkIECgAQFg==",
  "base64",
);

/** LogisticRegression of 3 features with zipmap=False: outputs label [n] and probabilities [n, 2]. */
export const logistic = Buffer.from(
  "CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOsUCCuMBCgFYEgVsYWJlbBINcHJvYmFiaWxpdGllcxoQTGluZWFyQ2xhc3NpZmllciIQTGluZWFyQ2xhc3NpZmllcioZChBjbGFzc2xhYmVsc19pbnRzQABAAaABByovCgxjb2VmZmljaWVudHM9VZxxvz28UPW/PVWnLkA9VZxxPz28UPU/PVWnLsCgAQYqGQoKaW50ZXJjZXB0cz0TMgM9PRMyA72gAQYqEgoLbXVsdGlfY2xhc3MYAKABAiodCg5wb3N0X3RyYW5zZm9ybSIITE9HSVNUSUOgAQM6CmFpLm9ubngubWwSGE9OTlgoTG9naXN0aWNSZWdyZXNzaW9uKVoRCgFYEgwKCggBEgYKAAoCCANiEQoFbGFiZWwSCAoGCAcSAgoAYh0KDXByb2JhYmlsaXRpZXMSDAoKCAESBgoACgIIAkIOCgphaS5vbm54Lm1sEAFCBAoAEBZCBAoAEBY=",
  "base64",
);

/** The same with its probabilities as a sequence of maps, which Node's runtime cannot give. */
export const zipped = Buffer.from(
  "CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOuEDCuMBCgFYEgVsYWJlbBINcHJvYmFiaWxpdGllcxoQTGluZWFyQ2xhc3NpZmllciIQTGluZWFyQ2xhc3NpZmllcioZChBjbGFzc2xhYmVsc19pbnRzQABAAaABByovCgxjb2VmZmljaWVudHM9VZxxvz28UPW/PVWnLkA9VZxxPz28UPU/PVWnLsCgAQYqGQoKaW50ZXJjZXB0cz0TMgM9PRMyA72gAQYqEgoLbXVsdGlfY2xhc3MYAKABAiodCg5wb3N0X3RyYW5zZm9ybSIITE9HSVNUSUOgAQM6CmFpLm9ubngubWwKLgoFbGFiZWwSDG91dHB1dF9sYWJlbBoEQ2FzdCIEQ2FzdCoJCgJ0bxgHoAECOgAKXAoNcHJvYmFiaWxpdGllcxISb3V0cHV0X3Byb2JhYmlsaXR5GgZaaXBNYXAiBlppcE1hcCobChJjbGFzc2xhYmVsc19pbnQ2NHNAAEABoAEHOgphaS5vbm54Lm1sEhhPTk5YKExvZ2lzdGljUmVncmVzc2lvbilaEQoBWBIMCgoIARIGCgAKAggDYhgKDG91dHB1dF9sYWJlbBIICgYIBxICCgBiJAoSb3V0cHV0X3Byb2JhYmlsaXR5Eg4iDAoKKggIBxIECgIIAUIOCgphaS5vbm54Lm1sEAFCBAoAEAk=",
  "base64",
);

/** Three rows, and what onnxruntime in Python gives for them. */
export const rows = [
  [0.1257302165031433, -0.13210485875606537, 0.6404226422309875],
  [0.10490011423826218, -0.5356693863868713, 0.3615950644016266],
  [1.3040000200271606, 0.9470809698104858, -0.7037352323532104],
];
export const elasticNetPredicts = [-1.9375810623168945, -1.923734188079834, 4.855038642883301];
export const logisticPredicts = {
  label: [0, 0, 1],
  probabilities: [
    [0.8714946508407593, 0.12850531935691833],
    [0.8750568628311157, 0.12494310736656189],
    [0.007144421339035034, 0.9928555488586426],
  ],
};
