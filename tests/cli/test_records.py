# test_records.py - a record can be run again and compared, and says what differs when something was changed.
# SPDX-License-Identifier: Apache-2.0
import json
import os

from cli_common import MODELS, apsis, main, scratch


def made(folder, *words):
    done = apsis("run", os.path.join(MODELS, "first.risk"), "--draws", "60000", "--record", "r.json", "--json", *words, cwd=folder)
    assert done.code == 0, done.err
    with open(os.path.join(folder, "r.json"), encoding="utf-8") as file:
        return done.json, json.load(file)


def written(folder, record):
    with open(os.path.join(folder, "changed.json"), "w", encoding="utf-8") as file:
        json.dump(record, file)
    return "changed.json"


def test_same():
    with scratch() as folder:
        result, record = made(folder, "--scenario", "slow_permits", "--set", "wacc = 10%", "--percentiles", "5,99.9", "--target", "value > 0.1", "--seed", "0xdeadbeef")
        assert record["result"]["digest"] == record["digest"] == result["digest"]
        assert 1 <= len(record["parts"]) <= 1024 and record["seed"] == "0xdeadbeef"
        assert sorted(os.listdir(folder)) == ["r.json"]
        for words in ([], ["--tiles", "3"], ["--tiles", "5000"], ["--threads", "1", "--cpu", "plain"]):
            done = apsis("verify", "r.json", *words, cwd=folder)
            assert done.code == 0 and "same" in done.out, (words, done.out, done.err)
        told = apsis("verify", "r.json", "--json", cwd=folder).json
        assert told["verified"] is True and told["parts_that_differ"] == [] and told["digest_same"] is True


def test_changed():
    with scratch() as folder:
        _, record = made(folder)
        bad = json.loads(json.dumps(record))
        bad["parts"][3] = "0" * 64
        done = apsis("verify", written(folder, bad), cwd=folder)
        assert done.code == 1 and "part 3: draws " in done.out, done.out
        assert apsis("verify", "changed.json", "--json", cwd=folder).json["parts_that_differ"] == [3]
        bad = json.loads(json.dumps(record))
        bad["digest"] = "0" * 64
        done = apsis("verify", written(folder, bad), cwd=folder)
        assert done.code == 1 and "statistics" in done.out
        bad = json.loads(json.dumps(record))
        bad["seed"] = "0x2"
        assert apsis("verify", written(folder, bad), "--tiles", "2", cwd=folder).code == 1
        bad = json.loads(json.dumps(record))
        bad["model"]["text"] = bad["model"]["text"].replace("60%", "61%")
        done = apsis("verify", written(folder, bad), cwd=folder)
        assert done.code == 1 and "changed after the run" in done.err
        bad = json.loads(json.dumps(record))
        bad["apsis"] = "0.0.9"
        done = apsis("verify", written(folder, bad), "--tiles", "1", cwd=folder)
        assert done.code == 0 and "0.0.9" in done.out
        for text in ("", "{", "[]", "{}", json.dumps(record["result"]), '{"record_version": 1}'):
            with open(os.path.join(folder, "junk.json"), "w") as file:
                file.write(text)
            done = apsis("verify", "junk.json", cwd=folder)
            assert done.code == 1 and done.err.startswith("apsis: junk.json"), (text, done.err)


def test_data_files():
    with scratch(m__risk='x ~ empirical("d.csv", column: "r")\noutput y = x\n', d__csv="r\n1\n2\n3\n4\n") as folder:
        assert apsis("run", "m.risk", "--draws", "5000", "--record", "r.json", cwd=folder).code == 0
        with open(os.path.join(folder, "r.json")) as file:
            record = json.load(file)
        assert [item["path"] for item in record["data"]] == ["d.csv"] and len(record["data"][0]["sha256"]) == 64
        assert apsis("verify", "r.json", cwd=folder).code == 0
        with open(os.path.join(folder, "d.csv"), "a") as file:
            file.write("5\n")
        done = apsis("verify", "r.json", cwd=folder)
        assert done.code == 1 and "d.csv is not the one" in done.err
        os.remove(os.path.join(folder, "d.csv"))
        assert apsis("verify", "r.json", cwd=folder).code != 0


main(globals())
