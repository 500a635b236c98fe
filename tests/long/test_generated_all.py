"""test_generated_all.py - every generated model on every engine that is ready here."""
# SPDX-License-Identifier: Apache-2.0
import os
import runpy

os.environ["APSIS_ALL"] = "1"
runpy.run_path(os.path.join(os.environ["APSIS_SRC"], "tests", "oracle", "test_generated_models.py"), run_name="__main__")
