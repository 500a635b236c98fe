"""test_emitted_all.py - every generated model, and many random ones, as compiled C and as CUDA: run, and compiled by NVRTC."""
# SPDX-License-Identifier: Apache-2.0
import os
import runpy

os.environ["APSIS_ALL"] = "1"
folder = os.path.join(os.environ["APSIS_SRC"], "tests", "oracle")
runpy.run_path(os.path.join(folder, "test_emitted_text.py"), run_name="__main__")
runpy.run_path(os.path.join(folder, "test_emitted_nvrtc.py"), run_name="__main__")
