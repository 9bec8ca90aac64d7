/** Where our server's answer differs from MLflow's, by the title of a request, with the reason. At most 10. */
export const differences: Readonly<Record<string, string>> = {
  "experiments/create: spaces as a name": "A name that nobody can see or type is refused; MLflow takes it.",
  "runs/create: a fraction as start":
    "The fraction is cut off. MLflow's parser stops at it, and the run loses its start and its name.",
  "runs/create: a tag without a key": "It is refused; MLflow keeps a tag whose key is empty.",
  "runs/log-inputs: no dataset": "It is refused; MLflow keeps an empty dataset.",
  "runs/get: odd values":
    "Infinities are kept, where MLflow has the largest double. A step or time loses its fraction, where MLflow has 0. A number as a param is kept as text, where MLflow keeps an empty value; a dataset without a name is called `dataset`.",
  "logged-models/<model>: an unknown status": "It changes nothing; MLflow makes the status unspecified.",
  "logged-models/search: on a dataset":
    "A dataset without a digest means any digest, as MLflow's documentation says; its server finds nothing.",
  "registered-models/search: none wanted": "A page of no models is refused; MLflow answers a token for ever.",
};
